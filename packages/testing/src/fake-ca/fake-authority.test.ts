import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCsr, createKeySigner, parseCertificates, verifySignedBy } from "@countersign/x509";
import { generateKey } from "../control-plane/authority.ts";
import { createFakeAuthority } from "./fake-authority.ts";

function newCsr(): Promise<string> {
  const signer = createKeySigner(generateKey().keyPem);
  return createCsr({ subject: { commonName: "web" }, dnsNames: ["web.example.com"], signer });
}

describe("createFakeAuthority()", () => {
  test("signs for the CSR's key from its clock's time on", async () => {
    const now = new Date("2030-01-02T03:04:05Z");
    const authority = await createFakeAuthority({ commonName: "Tomorrow", now: () => now });
    const { certificatePem } = await authority.mint(await newCsr(), "a");
    const [leaf] = parseCertificates(certificatePem);
    assert.ok(leaf);
    assert.equal(leaf.issuer, "CN=Tomorrow");
    assert.equal(leaf.notBefore.toISOString(), "2030-01-02T03:04:05.000Z");
    const [ca] = parseCertificates(authority.caPem);
    assert.ok(ca);
    assert.ok(verifySignedBy(leaf, ca));
  });

  const rows: [what: string, isIdempotent: boolean, keys: string[], minted: string[]][] = [
    ["makes another certificate for a known key", false, ["a", "a"], ["a", "a"]],
    ["makes the same again when it is idempotent", true, ["a", "a", "b"], ["a", "b"]],
    ["takes no key for no promise", true, ["", ""], ["", ""]],
  ];
  for (const [what, isIdempotent, keys, minted] of rows) {
    test(what, async () => {
      const authority = await createFakeAuthority({ isIdempotent });
      const csrPem = await newCsr();
      // Side by side, as two calls of a client that lost its patience are.
      const made = await Promise.all(keys.map((key) => authority.mint(csrPem, key)));
      assert.deepEqual(
        authority.minted.map(({ idempotencyKey }) => idempotencyKey),
        minted,
      );
      const serials = new Set(made.map(({ serialHex }) => serialHex));
      assert.equal(serials.size, minted.length);
    });
  }

  test("remembers nothing of a CSR that cannot be read", async () => {
    const authority = await createFakeAuthority();
    await assert.rejects(authority.mint("words", "a"));
    assert.deepEqual(authority.minted, []);
  });

  test("tells the serial of what it made", async () => {
    const authority = await createFakeAuthority();
    const { certificatePem, serialHex } = await authority.mint(await newCsr(), "a");
    const [leaf] = parseCertificates(certificatePem);
    assert.equal(leaf?.serialHex, serialHex);
  });
});
