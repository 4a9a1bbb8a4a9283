// Byte for byte what cert-manager's CA issuer signs; how the vectors came about is in testdata/README.md.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCsr } from "../csr/csr.ts";
import type { AccessLocations } from "../extension/access-locations.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { signingAlgorithm } from "../signature/signer.ts";
import vectors from "../testdata/csr-vectors.json" with { type: "json" };
import { STRICTER } from "../testdata/stricter.ts";
import { X509Error } from "../x509-error.ts";
import { parseCertificate } from "./certificate.ts";
import type { CertificateTemplate } from "./certificate-template.ts";
import { encodeTbsCertificate } from "./encode-tbs-certificate.ts";
import { certificateTemplate } from "./template-from-csr.ts";

interface Case extends AccessLocations {
  name: string;
  csr: string;
  usages?: string[];
  isCA?: boolean;
  error?: string;
  tbs?: Record<string, string>;
}

const now = new Date(vectors.notBefore);
const serial = new Uint8Array(Buffer.from(vectors.serial, "hex"));

function templateOf(c: Case): CertificateTemplate {
  return certificateTemplate(parseCsr(c.csr), { ...c, now, durationMs: vectors.durationMs });
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
