import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { apiVersionOf, defineResource, pathOf } from "./resource.ts";

const secrets = defineResource({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
});
const issuers = defineResource({
  group: "acme.example.com",
  version: "v1alpha1",
  kind: "AcmeClusterIssuer",
  plural: "acmeclusterissuers",
  namespaced: false,
});

describe("pathOf()", () => {
  const rows: [path: string, ...args: Parameters<typeof pathOf>][] = [
    ["/api/v1/secrets", secrets],
    ["/api/v1/namespaces/a/secrets", secrets, { namespace: "a" }],
    ["/api/v1/namespaces/a/secrets/b", secrets, { namespace: "a", name: "b" }],
    ["/apis/acme.example.com/v1alpha1/acmeclusterissuers", issuers],
    [
      "/apis/acme.example.com/v1alpha1/acmeclusterissuers/b/status",
      issuers,
      { name: "b", subresource: "status" },
    ],
    ["/api/v1/namespaces/a/secrets/b%2Fc", secrets, { namespace: "a", name: "b/c" }],
  ];
  for (const [path, ...args] of rows) {
    it(`gives ${path}`, () => assert.equal(pathOf(...args), path));
  }

  it("throws for a namespaced object without a namespace", () => {
    assert.throws(() => pathOf(secrets, { name: "b" }), {
      name: "TypeError",
      message: "Cannot address Secret b: it needs a namespace",
    });
  });

  it("throws for a cluster-scoped object with a namespace", () => {
    assert.throws(() => pathOf(issuers, { namespace: "a", name: "b" }), {
      name: "TypeError",
      message:
        "Cannot address AcmeClusterIssuer in namespace a: acmeclusterissuers are cluster-scoped",
    });
  });
});

describe("apiVersionOf()", () => {
  it("leaves the core group out", () => {
    assert.equal(apiVersionOf(secrets), "v1");
    assert.equal(apiVersionOf(issuers), "acme.example.com/v1alpha1");
  });
});
