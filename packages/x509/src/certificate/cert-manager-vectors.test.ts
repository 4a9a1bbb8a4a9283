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

/** What cert-manager takes and we refuse, each with the reason. */
const STRICTER: Record<string, { code: X509ErrorCode; because: string }> = {
  "version-1": { code: "ERR_X509_DER", because: "RFC 2986 has no version but 0" },
  "trailing-element": {
    code: "ERR_X509_DER",
    because: "Go skips what follows the last field, another reader may not",
  },
  "trailing-element-signed": { code: "ERR_X509_DER", because: "the same inside what is signed" },
  "two-values": {
    code: "ERR_X509_DER",
    because: "Go reads the first value only, other readers join them",
  },
  "san-unknown-tag": {
    code: "ERR_X509_DER",
    because: "Go skips the name and copies it into the certificate unseen",
  },
  "san-constructed-dns": { code: "ERR_X509_DER", because: "the same: a lax verifier reads it" },
  "san-trailing": { code: "ERR_X509_DER", because: "names after the end of the list are copied" },
  "empty-rdn": { code: "ERR_X509_DER", because: "RFC 5280 has no relative name of nothing" },
  "name-constraint-minimum": {
    code: "ERR_X509_DER",
    because: "Go drops the bound, which widens what the constraint permits",
  },
  "label-other": { code: "ERR_X509_PEM", because: "the label says that it is something else" },
  "damaged-first-block": {
    code: "ERR_X509_PEM",
    because: "Go skips to the next block: a CSR that nobody looked at",
  },
  "header-lines": { code: "ERR_X509_PEM", because: "RFC 7468 has none" },
};

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
  for (const c of cases.filter(({ error }) => error)) {
    it(`for ${c.name}: ${c.error}`, () => {
      assert.throws(() => templateOf(c), X509Error);
    });
  }
});

describe("certificateTemplate() is stricter than cert-manager", () => {
  for (const [name, { code, because }] of Object.entries(STRICTER)) {
    it(`for ${name}: ${because}`, () => {
      const c = cases.find((candidate) => candidate.name === name);
      assert.ok(c?.tbs);
      assert.throws(() => templateOf(c), { code });
    });
  }
});
