import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rangesOf } from "./divided-issuer.ts";

const KINDS = [
  { group: "acme.example.com", kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true },
  { group: "acme.example.com", kind: "AcmeCluster", plural: "acmeclusters", namespaced: false },
];

describe("rangesOf()", () => {
  it("finds issuers of both scopes", () => {
    const divided = [
      { kind: "AcmeIssuer", namespace: "ns", name: "ca", ranges: 2 },
      { kind: "AcmeCluster", name: "ca", ranges: 3 },
    ];
    assert.deepEqual(
      [...rangesOf(divided, KINDS)],
      [
        ["AcmeIssuer.acme.example.com ns/ca", 2],
        ["AcmeCluster.acme.example.com ca", 3],
      ],
    );
  });

  for (const [divided, message] of [
    [
      { kind: "Other", name: "ca", ranges: 2 },
      /^Cannot divide the requests of Other ca: the kind is not served, must be one of AcmeIssuer, AcmeCluster$/,
    ],
    [{ kind: "AcmeIssuer", name: "ca", ranges: 2 }, /it must have a namespace, as /],
    [{ kind: "AcmeCluster", namespace: "ns", name: "ca", ranges: 2 }, /it must have no namespace/],
  ] as const) {
    it(`refuses ${JSON.stringify(divided)}`, () => {
      assert.throws(() => rangesOf([divided], KINDS), { name: "TypeError", message });
    });
  }
});
