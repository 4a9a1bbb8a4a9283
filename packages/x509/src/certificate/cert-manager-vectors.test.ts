// Byte for byte what cert-manager's CA issuer signs; how the vectors came about is in testdata/go-oracle.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCsr } from "../csr/csr.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { signingAlgorithm } from "../signature/signer.ts";
import vectors from "../testdata/csr-vectors.json" with { type: "json" };
import { X509Error, type X509ErrorCode } from "../x509-error.ts";
import { parseCertificate } from "./certificate.ts";
import type { CertificateTemplate } from "./certificate-template.ts";
import { encodeTbsCertificate } from "./encode-tbs-certificate.ts";
import { certificateTemplate } from "./template-from-csr.ts";

interface Case {
  name: string;
  csr: string;
  usages?: string[];
  isCA?: boolean;
  error?: string;
  tbs?: Record<string, string>;
}

/** What cert-manager takes and we refuse, because two readers could understand it differently. */
const STRICTER: Record<string, X509ErrorCode> = {
  "version-1": "ERR_X509_DER",
  "trailing-element": "ERR_X509_DER",
  "trailing-element-signed": "ERR_X509_DER",
  "empty-extension-request": "ERR_X509_DER",
  "two-values": "ERR_X509_DER",
  "san-unknown-tag": "ERR_X509_DER",
  "san-constructed-dns": "ERR_X509_DER",
  "san-trailing": "ERR_X509_DER",
  "empty-rdn": "ERR_X509_DER",
  "name-constraint-minimum": "ERR_X509_DER",
  "label-other": "ERR_X509_PEM",
  "damaged-first-block": "ERR_X509_PEM",
  "header-lines": "ERR_X509_PEM",
};

/** What cert-manager refuses, in its webhook already, and we take: we do not judge the inside of URIs. */
const LAXER = ["uri-bad-host", "uri-unparseable"];

const now = new Date(vectors.notBefore);
const serial = new Uint8Array(Buffer.from(vectors.serial, "hex"));

function templateOf({ csr, usages = [], isCA = false }: Case): CertificateTemplate {
  return certificateTemplate(parseCsr(csr), { usages, isCA, now, durationMs: vectors.durationMs });
}

function tbsUnder(caPem: string, template: CertificateTemplate): string {
  const ca = parseCertificate(caPem);
  const { algorithmDer } = signingAlgorithm(parsePublicKey(ca.publicKeyDer));
  const tbs = encodeTbsCertificate(template, {
    serial,
    algorithmDer,
    issuerDer: ca.subjectDer,
    issuerKeyId: ca.subjectKeyId,
  });
  return Buffer.from(tbs).toString("base64");
}

const cases: Case[] = vectors.cases;

describe("certificateTemplate() and encodeTbsCertificate() write what cert-manager writes", () => {
  for (const c of cases.filter(({ tbs, name }) => tbs && !(name in STRICTER))) {
    it(`for ${c.name}`, () => {
      const template = templateOf(c);
      for (const [name, caPem] of Object.entries(vectors.cas)) {
        assert.equal(tbsUnder(caPem, template), c.tbs?.[name], `under the ${name} CA`);
      }
    });
  }
});

describe("certificateTemplate() refuses what cert-manager refuses", () => {
  for (const c of cases.filter(({ error, name }) => error && !LAXER.includes(name))) {
    it(`for ${c.name}: ${c.error}`, () => {
      assert.throws(() => templateOf(c), X509Error);
    });
  }
});

describe("certificateTemplate() is stricter than cert-manager", () => {
  for (const [name, code] of Object.entries(STRICTER)) {
    it(`for ${name}`, () => {
      const c = cases.find((candidate) => candidate.name === name);
      assert.ok(c?.tbs);
      assert.throws(() => templateOf(c), { code });
    });
  }
});
