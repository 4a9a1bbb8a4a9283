import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { defineIssuer, type IssuerDefinition, kindsOf } from "./define-issuer.ts";

const VALID: IssuerDefinition = {
  group: "acme.example.com",
  version: "v1alpha1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({}),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
};

describe("defineIssuer()", () => {
  const rows: [change: Partial<IssuerDefinition>, message: string][] = [
    [
      { group: "acme" },
      "group is acme, must be a DNS name of at most 63 characters with at least one dot",
    ],
    [
      { group: `${"a".repeat(60)}.dev` },
      `group is ${"a".repeat(60)}.dev, must be a DNS name of at most 63 characters with at least one dot`,
    ],
    [{ version: "1" }, "version is 1, must be v1, v1alpha1 or the like"],
    [{ kinds: {} }, "kinds is {}, must be issuer, clusterIssuer or both"],
    [{ kinds: { issuer: "acmeIssuer" } }, "kind is acmeIssuer, must be in PascalCase"],
    [
      { kinds: { issuer: "Acme", clusterIssuer: "Acme" } },
      "kinds is Acme and Acme, must be two names",
    ],
  ];
  for (const [change, message] of rows) {
    it(`refuses a definition whose ${message}`, () => {
      assert.throws(() => defineIssuer({ ...VALID, ...change }), {
        name: "TypeError",
        message: `Cannot define issuer: ${message}`,
      });
    });
  }

  it("takes a valid definition as it is", () => {
    assert.equal(defineIssuer(VALID), VALID);
  });
});

describe("kindsOf()", () => {
  it("gives each kind its place at the API server", () => {
    const places = kindsOf([VALID]).map(({ resource }) => [resource.plural, resource.namespaced]);
    assert.deepEqual(places, [
      ["acmeissuers", true],
      ["acmeclusterissuers", false],
    ]);
  });

  it("leaves out a kind that is not offered", () => {
    const kinds = kindsOf([{ ...VALID, kinds: { clusterIssuer: "AcmeClusterIssuer" } }]);
    assert.deepEqual(
      kinds.map((kind) => kind.kind),
      ["AcmeClusterIssuer"],
    );
  });
});
