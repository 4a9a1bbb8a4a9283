import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isForIssuers } from "./is-for-issuers.ts";

const KINDS = [
  {
    group: "acme.example.com",
    version: "v1",
    kind: "AcmeIssuer",
    plural: "acmeissuers",
    namespaced: true,
  },
];

const ROWS: readonly [is: boolean, what: string, apiVersion: string, kind: string, spec: object][] =
  [
    [true, "an issuer of the kind", "acme.example.com/v1", "AcmeIssuer", {}],
    [false, "an issuer of another group", "acme.example.org/v1", "AcmeIssuer", {}],
    [
      true,
      "a Certificate that refers to the group",
      "cert-manager.io/v1",
      "Certificate",
      { issuerRef: { group: "acme.example.com" } },
    ],
    [
      false,
      "a Certificate of cert-manager's own issuers",
      "cert-manager.io/v1",
      "Certificate",
      { issuerRef: { name: "ca" } },
    ],
    [
      true,
      "a CertificateSigningRequest for its signer",
      "certificates.k8s.io/v1",
      "CertificateSigningRequest",
      { signerName: "acmeissuers.acme.example.com/default.ca" },
    ],
    [
      false,
      "a CertificateSigningRequest for another signer",
      "certificates.k8s.io/v1",
      "CertificateSigningRequest",
      { signerName: "kubernetes.io/kubelet-serving" },
    ],
  ];

describe("isForIssuers()", () => {
  for (const [is, what, apiVersion, kind, spec] of ROWS) {
    it(`says ${is} for ${what}`, () => {
      assert.equal(isForIssuers({ apiVersion, kind, metadata: { name: "a" }, spec }, KINDS), is);
    });
  }
});
