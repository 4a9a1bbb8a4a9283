import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Certificate, parseCertificate } from "../certificate/certificate.ts";
import { templateForKey } from "../certificate/certificate-template.ts";
import { signTemplate } from "../certificate/issue-certificate.ts";
import { type Authority, DAY_MS, NOW, newBelow, newRoot, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { orderChain } from "./order-chain.ts";

let root: Certificate;
let upper: Certificate;
let lower: Certificate;
let leaf: Certificate;
let rootAuthority: Authority;

before(async () => {
  rootAuthority = await newRoot("root");
  const upperAuthority = await newBelow(rootAuthority, { commonName: "upper" });
  const lowerAuthority = await newBelow(upperAuthority, { commonName: "lower" });
  root = rootAuthority.certificate;
  upper = upperAuthority.certificate;
  lower = lowerAuthority.certificate;
  leaf = (await newBelow(lowerAuthority, { commonName: "leaf", isCA: false })).certificate;
});

function ordered(certificates: Certificate[]): { chain: string[]; root: string | undefined } {
  const result = orderChain(certificates);
  return { chain: result.chain.map(({ subject }) => subject), root: result.root?.subject };
}

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]),
  );
}

describe("orderChain()", () => {
  it("puts the leaf first and the root aside, whatever the order and repetitions", () => {
    for (const certificates of permutations([root, upper, lower, leaf])) {
      assert.deepEqual(ordered([...certificates, leaf, root]), {
        chain: ["CN=leaf", "CN=lower", "CN=upper"],
        root: "CN=root",
      });
    }
  });

  it("gives the top of a chain without a root as root, and keeps it in the chain", () => {
    assert.deepEqual(ordered([upper, leaf, lower]), {
      chain: ["CN=leaf", "CN=lower", "CN=upper"],
      root: "CN=upper",
    });
  });

  it("gives a lone root as both", () => {
    assert.deepEqual(ordered([root]), { chain: ["CN=root"], root: "CN=root" });
  });

  it("gives no root for a lone certificate that is not self-signed", () => {
    assert.deepEqual(ordered([leaf]), { chain: ["CN=leaf"], root: undefined });
  });

  it("leaves out every root of one CA key", async () => {
    const { signer } = rootAuthority;
    const other = await newRoot("root", { signer, durationMs: 2 * DAY_MS });
    const result = ordered([root, other.certificate, upper]);
    assert.deepEqual(result, { chain: ["CN=upper"], root: "CN=root" });
  });

  it("refuses an empty bundle", () => {
    throwsX509Error(() => orderChain([]), {
      code: "ERR_X509_CHAIN",
      message: "Cannot order chain: bundle is empty, must have a certificate",
    });
  });

  it("refuses a bundle with a link missing, or with a stranger", async () => {
    const stranger = (await newRoot("stranger")).certificate;
    for (const certificates of [
      [root, leaf],
      [root, upper, lower, leaf, stranger],
    ]) {
      throwsX509Error(() => orderChain(certificates), {
        code: "ERR_X509_CHAIN",
        message: /issued none of the other certificates and was issued by none, must be one chain$/,
      });
    }
  });

  it("does not join by name alone", async () => {
    const impostor = (await newRoot("lower")).certificate;
    throwsX509Error(() => orderChain([leaf, impostor]), { code: "ERR_X509_CHAIN" });
  });

  it("refuses more than 1000 certificates", () => {
    const certificates = Array.from({ length: 1001 }, (_, i) => ({
      ...leaf,
      der: Uint8Array.of(i >> 8, i & 255),
    }));
    throwsX509Error(() => orderChain(certificates), {
      code: "ERR_X509_TOO_LARGE",
      message: "Cannot order chain: bundle has 1001 certificates, must have at most 1000",
    });
  });

  it("verifies at most 256 signatures for a bundle of namesakes", async () => {
    const signer = newSigner();
    const template = templateForKey(newSigner().publicKeyDer, {
      subject: { commonName: "same" },
      isCA: true,
      durationMs: DAY_MS,
      now: NOW,
    });
    const der = await signTemplate(template, { issuerDer: template.subjectDer, signer });
    const certificate = parseCertificate(der);
    // Any two could be neighbours by name, and none is by key.
    const certificates = Array.from({ length: 200 }, (_, i) => ({
      ...certificate,
      der: Uint8Array.of(i),
    }));
    throwsX509Error(() => orderChain(certificates), {
      code: "ERR_X509_TOO_LARGE",
      message:
        "Cannot order chain: more than 256 signatures would have to be verified, must be one chain",
    });
  });
});
