import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import { describeIssuer, placeOfIssuer } from "./issuer-ref.ts";

const GROUP = "acme.example.com";
const KINDS = [
  { group: GROUP, kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true },
  { group: GROUP, kind: "AcmeClusterIssuer", plural: "acmeclusterissuers", namespaced: false },
];

function request(issuerRef: CertificateRequest["spec"]["issuerRef"]): CertificateRequest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { namespace: "team", name: "web-1" },
    spec: { request: "", issuerRef },
  };
}

describe("certificateRequestKind.referredIssuer()", () => {
  const rows: [rule: string, ref: CertificateRequest["spec"]["issuerRef"], key?: string][] = [
    [
      "finds a namespaced issuer in the request's namespace",
      { group: GROUP, kind: "AcmeIssuer", name: "ca" },
      "AcmeIssuer.acme.example.com team/ca",
    ],
    [
      "finds a cluster issuer without a namespace",
      { group: GROUP, kind: "AcmeClusterIssuer", name: "ca.eu" },
      "AcmeClusterIssuer.acme.example.com ca.eu",
    ],
    ["leaves another group alone", { group: "other.example.com", kind: "AcmeIssuer", name: "ca" }],
    ["leaves another kind alone", { group: GROUP, kind: "OtherIssuer", name: "ca" }],
    ["leaves an empty group to cert-manager", { kind: "AcmeIssuer", name: "ca" }],
    ["leaves an empty kind, which means Issuer, alone", { group: GROUP, name: "ca" }],
    ["compares the group exactly", { group: GROUP.toUpperCase(), kind: "AcmeIssuer", name: "ca" }],
  ];
  for (const [rule, ref, key] of rows) {
    it(rule, () => assert.equal(certificateRequestKind.referredIssuer(request(ref), KINDS), key));
  }
});

describe("certificateRequestKind.referredIssuer() of no kinds at all", () => {
  it("leaves every request alone", () => {
    const ref = { group: GROUP, kind: "AcmeIssuer", name: "ca" };
    assert.equal(certificateRequestKind.referredIssuer(request(ref), []), undefined);
  });
});

describe("placeOfIssuer()", () => {
  it("reads a key back, dots in the group and in the name included", () => {
    assert.deepEqual(placeOfIssuer("AcmeClusterIssuer.acme.example.com ca.eu"), {
      kind: "AcmeClusterIssuer",
      group: "acme.example.com",
      name: "ca.eu",
      key: "ca.eu",
    });
  });
});

describe("describeIssuer()", () => {
  it("names kind and place", () => {
    assert.equal(describeIssuer("AcmeIssuer.acme.example.com team/ca"), "AcmeIssuer team/ca");
  });
});
