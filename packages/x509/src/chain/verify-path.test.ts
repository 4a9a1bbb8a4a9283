import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Certificate, parseCertificate } from "../certificate/certificate.ts";
import { type CertificateTemplate, templateForKey } from "../certificate/certificate-template.ts";
import { issueCertificate } from "../certificate/issue-certificate.ts";
import { type Authority, DAY_MS, NOW, newRoot, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { type VerifyPathOptions, verifyPath } from "./verify-path.ts";

const later = new Date(NOW.getTime() + 1_000);
const keys = new Map<string, Authority["signer"]>();

/** One key a name, so that a name may have several certificates. */
function signerNamed(name: string): Authority["signer"] {
  const signer = keys.get(name) ?? newSigner();
  keys.set(name, signer);
  return signer;
}

async function below(
  { certificate: issuer, signer }: Authority,
  name: string,
  change: Partial<CertificateTemplate> = {},
): Promise<Authority> {
  const own = signerNamed(name);
  const template = templateForKey(own.publicKeyDer, {
    subject: { commonName: name },
    isCA: change.isCA ?? true,
    durationMs: 30 * DAY_MS,
    now: NOW,
  });
  const der = await issueCertificate({ ...template, ...change }, { issuer, signer });
  return { certificate: parseCertificate(der), signer: own };
}

const root = await newRoot("root", { signer: signerNamed("root"), pathLength: 2 });
const middle = await below(root, "middle");
const leaf = await below(middle, "leaf", { isCA: false, extendedKeyUsage: ["server auth"] });

function verify(
  certificate: Certificate,
  intermediates: readonly Certificate[],
  options: Partial<VerifyPathOptions> = {},
): string[] {
  const all = { roots: [root.certificate], intermediates, now: later, ...options };
  return verifyPath(certificate, all).map(({ subject }) => subject);
}

function refuses(action: () => unknown, message: RegExp): void {
  throwsX509Error(action, { code: "ERR_X509_CHAIN", message });
}

describe("verifyPath() finds", () => {
  it("a path through intermediates in any order, the certificate itself and the root among them", () => {
    const bundle = [root, leaf, middle].map(({ certificate }) => certificate);
    assert.deepEqual(verify(leaf.certificate, bundle), ["CN=leaf", "CN=middle", "CN=root"]);
  });

  it("a certificate that is a root itself", () => {
    assert.deepEqual(verify(root.certificate, []), ["CN=root"]);
  });

  it("another way round an intermediate that has ended", async () => {
    const old = await below(root, "middle", { notAfter: NOW });
    const bundle = [old.certificate, middle.certificate];
    assert.equal(verify(leaf.certificate, bundle).length, 3);
  });

  it("a way out of cross-signed certificates", async () => {
    const other = await newRoot("other", { signer: signerNamed("other") });
    const crossed = await below(other, "middle");
    const back = await below(middle, "other");
    const bundle = [back, crossed, middle].map(({ certificate }) => certificate);
    assert.equal(verify(leaf.certificate, bundle).length, 3);
  });

  it("a certificate in its last second", () => {
    const now = new Date(leaf.certificate.notAfter.getTime() + 999);
    assert.equal(verify(leaf.certificate, [middle.certificate], { now }).length, 3);
  });

  it("a purpose that all allow", () => {
    const options = { purpose: "server auth" };
    assert.equal(verify(leaf.certificate, [middle.certificate], options).length, 3);
  });
});

describe("verifyPath() refuses", () => {
  it("a certificate whose issuer is missing", () => {
    refuses(() => verify(leaf.certificate, []), /^Cannot verify path of "CN=leaf": no certificate/);
  });

  it("a root that is not trusted", async () => {
    const other = await newRoot("root");
    refuses(
      () => verify(leaf.certificate, [middle.certificate], { roots: [other.certificate] }),
      /"CN=root" cannot be in its path: it did not sign "CN=middle"$/,
    );
  });

  it("a certificate before and after its time", () => {
    for (const [ms, message] of [
      [-2_000, /it begins only on 2026-11-24T02:03:04.000Z$/],
      [30 * DAY_MS + 1_000, /it ended on 2026-12-24T02:03:04.000Z$/],
    ] as const) {
      const now = new Date(NOW.getTime() + ms);
      refuses(() => verify(leaf.certificate, [middle.certificate], { now }), message);
    }
  });

  it("an issuer that is not a CA", async () => {
    const wrong = await below(root, "middle", { isCA: false });
    refuses(() => verify(leaf.certificate, [wrong.certificate]), /it is not a CA certificate$/);
  });

  it("more CA certificates than a path length allows", async () => {
    const one = await below(root, "one", { pathLength: 0 });
    const two = await below(one, "two");
    const low = await below(two, "low", { isCA: false });
    refuses(
      () => verify(low.certificate, [one.certificate, two.certificate]),
      /"CN=one" cannot be .*: its path length is 0, and 1 CA certificates follow it$/,
    );
  });

  it("a path deeper than its bound", () => {
    refuses(
      () => verify(leaf.certificate, [middle.certificate], { maxDepth: 2 }),
      /the path is longer than 2 certificates$/,
    );
  });

  it("a purpose that one of them lacks", () => {
    refuses(
      () => verify(leaf.certificate, [middle.certificate], { purpose: "client auth" }),
      /its extended key usages lack "client auth"$/,
    );
  });

  it("a critical extension that it does not understand", async () => {
    const policies = { oid: "2.5.29.36", critical: true, valueDer: Uint8Array.of(0x30, 0) };
    // The builder writes any extension in this place.
    const odd = await below(root, "odd", { nameConstraints: policies });
    refuses(() => verify(odd.certificate, []), /its critical extension 2\.5\.29\.36 is unknown$/);
  });

  it("to verify more signatures than its budget, however many paths there are", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const bundle: Certificate[] = [];
    for (const name of names) {
      for (const above of names.filter((each) => each !== name)) {
        const signer = signerNamed(above);
        const { certificate } = await newRoot(above, { signer });
        bundle.push((await below({ certificate, signer }, name)).certificate);
      }
    }
    const { certificate } = await newRoot("a", { signer: signerNamed("a") });
    const last = await below({ certificate, signer: signerNamed("a") }, "last", { isCA: false });
    throwsX509Error(() => verify(last.certificate, bundle, { maxVerifications: 20 }), {
      code: "ERR_X509_TOO_LARGE",
      message: "Cannot verify path: more than 20 signatures would have to be verified",
    });
  });
});
