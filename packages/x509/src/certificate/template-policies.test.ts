import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCsr } from "../csr/create-csr.ts";
import { parseCsr } from "../csr/csr.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { keyIdentifier } from "../extension/key-identifier.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { csrFromParts } from "../testdata/csr-parts.ts";
import { DAY_MS, type KeyKind, NOW, newRoot, newSigner } from "../testdata/fixtures.ts";
import { rejectsX509Error, throwsX509Error } from "../testdata/throws-x509-error.ts";
import { parseCertificate } from "./certificate.ts";
import { templateForKey } from "./certificate-template.ts";
import { issueCertificate } from "./issue-certificate.ts";
import { certificateTemplate } from "./template-from-csr.ts";

const subject = { commonName: "web" };
const request = { durationMs: DAY_MS, now: NOW };
const csr = parseCsr(await createCsr({ subject, signer: newSigner() }));
const { certificate: issuer, signer } = await newRoot("root", { durationMs: 2 * DAY_MS });

async function csrOf(kind: KeyKind) {
  return parseCsr(await createCsr({ subject, signer: newSigner(kind) }));
}

describe("backdateMs", () => {
  it("moves notBefore and not notAfter", () => {
    const template = certificateTemplate(csr, { ...request, backdateMs: 60_000 });
    assert.equal(template.notBefore.toISOString(), "2026-11-24T02:02:04.567Z");
    assert.equal(template.notAfter.toISOString(), "2026-11-25T02:03:04.567Z");
  });

  for (const backdateMs of [-1, Number.NaN]) {
    it(`of ${backdateMs} ms is refused`, () => {
      throwsX509Error(() => certificateTemplate(csr, { ...request, backdateMs }), {
        code: "ERR_X509_VALUE",
        message: `Cannot make certificate template: backdating is ${backdateMs} ms, must be 0 or more`,
      });
    });
  }
});

describe("subjectKeyId", () => {
  it("identifies the key of a leaf", async () => {
    const template = certificateTemplate(csr, { ...request, subjectKeyId: true });
    const { subjectKeyId } = parseCertificate(await issueCertificate(template, { issuer, signer }));
    assert.deepEqual(subjectKeyId, keyIdentifier(parsePublicKey(csr.publicKeyDer).keyBytes));
  });
});

describe("dropKeyEnciphermentForEC", () => {
  const options = { ...request, dropKeyEnciphermentForEC: true };
  for (const [kind, keyUsage] of [
    ["RSA 2048", ["digital signature", "key encipherment"]],
    ["ECDSA P-256", ["digital signature"]],
    ["Ed25519", ["digital signature"]],
    ["ML-DSA-65", ["digital signature"]],
  ] as const) {
    it(`leaves an ${kind} key with ${keyUsage.join(" and ")}`, async () => {
      assert.deepEqual(certificateTemplate(await csrOf(kind), options).keyUsage, keyUsage);
      const { publicKeyDer } = newSigner(kind);
      assert.deepEqual(templateForKey(publicKeyDer, { ...options, subject }).keyUsage, keyUsage);
    });
  }

  it("compares the usages of CSR and request before it drops one", async () => {
    const usages = ["digital signature", "key encipherment"];
    const asking = parseCsr(await createCsr({ subject, signer: newSigner(), usages }));
    assert.deepEqual(certificateTemplate(asking, options).keyUsage, ["digital signature"]);
  });

  it("never leaves a certificate without a key usage, which would be good for everything", () => {
    const usages = ["key encipherment", "server auth"];
    throwsX509Error(() => certificateTemplate(csr, { ...options, usages }), {
      code: "ERR_X509_REQUEST_MISMATCH",
      message:
        'Cannot make certificate template: its only key usage is "key encipherment", must have another for an ECDSA P-256 key',
    });
    const purposesOnly = certificateTemplate(csr, { ...options, usages: ["server auth"] });
    assert.deepEqual(purposesOnly.keyUsage, []);
  });
});

describe("rejectUnknownEKU", () => {
  const valueDer = encodeSequence(encodeOid("1.2.3.4"), encodeOid("1.3.6.1.5.5.7.3.1"));
  const extensions = [{ oid: "2.5.29.37", critical: false, valueDer }];

  it("refuses purposes that a request cannot name", async () => {
    const asking = parseCsr(await csrFromParts({ extensions }));
    const options = { ...request, usages: ["server auth"] };
    assert.ok(certificateTemplate(asking, options));
    throwsX509Error(() => certificateTemplate(asking, { ...options, rejectUnknownEKU: true }), {
      code: "ERR_X509_REQUEST_MISMATCH",
      message:
        'Cannot use CSR: its extended key usages "1.2.3.4" are none that a request can have, must be left out',
    });
  });
});

describe("clampToIssuer", () => {
  const options = { issuer, signer, clampToIssuer: true };
  const long = { ...request, durationMs: 30 * DAY_MS };

  it("ends a certificate with its issuer, and only one that would outlive it", async () => {
    const clamped = await issueCertificate(certificateTemplate(csr, long), options);
    assert.deepEqual(parseCertificate(clamped).notAfter, issuer.notAfter);
    const short = await issueCertificate(certificateTemplate(csr, request), options);
    assert.equal(parseCertificate(short).notAfter.toISOString(), "2026-11-25T02:03:04.000Z");
    const unclamped = await issueCertificate(certificateTemplate(csr, long), { issuer, signer });
    assert.ok(parseCertificate(unclamped).notAfter > issuer.notAfter);
  });

  it("refuses to issue from an issuer that has ended", async () => {
    const template = certificateTemplate(csr, { ...request, now: issuer.notAfter });
    await rejectsX509Error(issueCertificate(template, options), {
      code: "ERR_X509_VALUE",
      message:
        'Cannot issue certificate with issuer "CN=root": the issuer ended on 2026-11-26T02:03:04.000Z, must end after the certificate begins',
    });
  });
});

describe("access locations", () => {
  for (const url of ["", "http://[::1", "http://exämple.com", "no colon: here"]) {
    it(`refuses ${JSON.stringify(url)}`, async () => {
      const template = certificateTemplate(csr, { ...request, ocspServers: [url] });
      await rejectsX509Error(issueCertificate(template, { issuer, signer }), {
        code: "ERR_X509_VALUE",
        message: `Cannot encode URL: it is ${JSON.stringify(url)}, must be a URI in ASCII`,
      });
    });
  }
});
