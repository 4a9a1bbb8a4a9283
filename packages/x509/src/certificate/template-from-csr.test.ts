import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCsr } from "../csr/create-csr.ts";
import { parseCsr } from "../csr/csr.ts";
import { altNames, csrFromParts, generalName } from "../testdata/csr-parts.ts";
import { DAY_MS, NOW, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { certificateTemplate } from "./template-from-csr.ts";

const signer = newSigner();
const request = { durationMs: 90 * DAY_MS, now: NOW };
const plain = parseCsr(await createCsr({ subject: { commonName: "a" }, signer }));

describe("certificateTemplate()", () => {
  it("copies subject and public key, and defaults usages", () => {
    const template = certificateTemplate(plain, request);
    assert.deepEqual(template.subjectDer, plain.subjectDer);
    assert.deepEqual(template.publicKeyDer, plain.publicKeyDer);
    assert.deepEqual(template.keyUsage, ["digital signature", "key encipherment"]);
    assert.deepEqual(template.extendedKeyUsage, []);
    assert.equal(template.isCA, false);
  });

  it("starts now and lasts for the duration", () => {
    const { notBefore, notAfter } = certificateTemplate(plain, request);
    assert.equal(notBefore.getTime(), NOW.getTime());
    assert.equal(notAfter.getTime() - notBefore.getTime(), 90 * DAY_MS);
  });

  it("copies the alternative names byte for byte and makes them critical only for an empty subject", async () => {
    for (const [commonName, critical] of [
      ["a", false],
      [undefined, true],
    ] as const) {
      const subject = commonName ? { commonName } : {};
      const csr = parseCsr(await createCsr({ subject, signer, dnsNames: ["a.example.com"] }));
      const { subjectAltName } = certificateTemplate(csr, request);
      assert.equal(subjectAltName?.critical, critical);
      assert.deepEqual(subjectAltName.valueDer, csr.extensions[0]?.valueDer);
    }
  });

  it("verifies the signature first", async () => {
    const csr = parseCsr(await csrFromParts({ publicKeyDer: newSigner().publicKeyDer }));
    throwsX509Error(() => certificateTemplate(csr, request), { code: "ERR_X509_SIGNATURE" });
  });

  it("carries over purposes that cert-manager has no word for, after those of the request", async () => {
    const valueDer = new Uint8Array(Buffer.from("300f06032a030406082b06010505070301", "hex"));
    const csr = parseCsr(
      await csrFromParts({ extensions: [{ oid: "2.5.29.37", critical: false, valueDer }] }),
    );
    assert.deepEqual(csr.extendedKeyUsage, ["1.2.3.4", "server auth"]);
    const template = certificateTemplate(csr, { ...request, usages: ["server auth"] });
    assert.deepEqual(template.extendedKeyUsage, ["server auth", "1.2.3.4"]);
  });

  it("drops the path length and other extensions of the CSR", async () => {
    const csr = parseCsr(
      await csrFromParts({
        extensions: [
          {
            oid: "2.5.29.19",
            critical: true,
            valueDer: Uint8Array.of(0x30, 6, 1, 1, 255, 2, 1, 3),
          },
          { oid: "1.2.3.4", critical: true, valueDer: Uint8Array.of(5, 0) },
          altNames(generalName(2, "a")),
        ],
      }),
    );
    const template = certificateTemplate(csr, { ...request, isCA: true });
    assert.equal(template.pathLength, undefined);
    assert.deepEqual(template.keyUsage, ["digital signature", "key encipherment", "cert sign"]);
  });

  for (const durationMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 8000 * 366 * DAY_MS]) {
    it(`refuses a duration of ${durationMs} ms`, () => {
      throwsX509Error(() => certificateTemplate(plain, { ...request, durationMs }), {
        code: "ERR_X509_VALUE",
      });
    });
  }
});

describe("certificateTemplate() refuses a CSR that disagrees with its request", () => {
  const usages = ["digital signature", "server auth", "client auth"];
  const subject = { commonName: "a" };
  const code = "ERR_X509_REQUEST_MISMATCH";

  it("on the CA flag", async () => {
    const csr = parseCsr(await createCsr({ subject, signer, isCA: true }));
    throwsX509Error(() => certificateTemplate(csr, request), {
      code,
      message: "Cannot use CSR: its CA flag is true, must be false as in the request",
    });
  });

  it("on key usages", async () => {
    const csr = parseCsr(await createCsr({ subject, signer, usages }));
    throwsX509Error(() => certificateTemplate(csr, request), {
      code,
      message:
        'Cannot use CSR: its key usages are "digital signature", must be "digital signature", "key encipherment" as in the request',
    });
  });

  it("on the order of extended key usages", async () => {
    const csr = parseCsr(await createCsr({ subject, signer, usages }));
    assert.ok(certificateTemplate(csr, { ...request, usages }));
    throwsX509Error(() => certificateTemplate(csr, { ...request, usages: usages.toReversed() }), {
      code,
      message:
        'Cannot use CSR: its extended key usages are "server auth", "client auth", must be "client auth", "server auth" in this order, as in the request',
    });
  });

  it("on key usages when only extended ones are in the CSR", async () => {
    const valueDer = new Uint8Array(Buffer.from("300a06082b06010505070301", "hex"));
    const csr = parseCsr(
      await csrFromParts({ extensions: [{ oid: "2.5.29.37", critical: false, valueDer }] }),
    );
    assert.ok(certificateTemplate(csr, { ...request, usages: ["server auth"] }));
    throwsX509Error(
      () => certificateTemplate(csr, { ...request, usages: ["digital signature", "server auth"] }),
      { code, message: /its key usages are none, must be "digital signature"/ },
    );
  });
});
