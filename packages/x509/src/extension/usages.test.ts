import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { resolveUsages } from "./usages.ts";

describe("resolveUsages()", () => {
  it("defaults to digital signature and key encipherment", () => {
    const expected = { keyUsage: ["digital signature", "key encipherment"], extendedKeyUsage: [] };
    assert.deepEqual(resolveUsages(), expected);
    assert.deepEqual(resolveUsages([]), expected);
  });

  it("adds cert sign for a CA, to the defaults too", () => {
    assert.deepEqual(resolveUsages([], { isCA: true }).keyUsage, [
      "digital signature",
      "key encipherment",
      "cert sign",
    ]);
  });

  it("makes synonyms one word, orders key usages by bit, keeps the order of purposes", () => {
    assert.deepEqual(
      resolveUsages(["s/mime", "key agreement", "any", "signing", "digital signature", "any"]),
      {
        keyUsage: ["digital signature", "key agreement"],
        extendedKeyUsage: ["email protection", "any", "any"],
      },
    );
  });

  it("has no key usage when only purposes are asked for", () => {
    assert.deepEqual(resolveUsages(["server auth"]).keyUsage, []);
  });

  it("refuses a word cert-manager does not know", () => {
    throwsX509Error(() => resolveUsages(["Server Auth"]), {
      code: "ERR_X509_USAGE",
      message:
        'Cannot resolve usages: "Server Auth" is unknown, must be one of cert-manager\'s, such as "server auth"',
    });
  });
});
