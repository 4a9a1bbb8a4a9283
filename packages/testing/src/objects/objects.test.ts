import assert from "node:assert/strict";
import { test } from "node:test";
import { certificate } from "./certificate.ts";
import { certificateRequest } from "./certificate-request.ts";
import { ingress } from "./ingress.ts";
import { namespace } from "./namespace.ts";
import { tlsSecret } from "./secret.ts";

const ISSUER_REF = { group: "issuers.example.com", kind: "TestIssuer", name: "ca" };

test("certificate() names its secret after itself and keeps what it is told", () => {
  const object = certificate({
    namespace: "shop",
    name: "web",
    issuerRef: ISSUER_REF,
    dnsNames: ["web.shop.test"],
    duration: "1h",
  });
  assert.deepEqual(object.metadata, { name: "web", namespace: "shop" });
  assert.deepEqual(object.spec, {
    secretName: "web-tls",
    privateKey: { algorithm: "ECDSA", rotationPolicy: "Always" },
    issuerRef: ISSUER_REF,
    dnsNames: ["web.shop.test"],
    duration: "1h",
  });
});

test("certificateRequest() carries the CSR as base64 of its PEM", () => {
  const { spec } = certificateRequest({
    namespace: "shop",
    name: "web-1",
    issuerRef: ISSUER_REF,
    csrPem: "-----BEGIN CERTIFICATE REQUEST-----\n",
    usages: ["server auth"],
  });
  assert.deepEqual(spec, {
    request: btoa("-----BEGIN CERTIFICATE REQUEST-----\n"),
    issuerRef: ISSUER_REF,
    usages: ["server auth"],
  });
});

test("tlsSecret() has the type and keys that kubernetes.io/tls needs", () => {
  const metadata = { namespace: "shop", name: "ca" };
  const object = tlsSecret(metadata, { certificatePem: "certificate", keyPem: "key" });
  assert.equal(object.type, "kubernetes.io/tls");
  assert.deepEqual(object.data, { "tls.crt": btoa("certificate"), "tls.key": btoa("key") });
});

test("ingress() asks for one secret for all its hosts", () => {
  const { spec } = ingress({ namespace: "shop", name: "web", hosts: ["a.test", "b.test"] });
  assert.deepEqual(spec.tls, [{ hosts: ["a.test", "b.test"], secretName: "web-tls" }]);
  assert.deepEqual(
    spec.rules.map(({ host }) => host),
    ["a.test", "b.test"],
  );
});

test("namespace() is a Namespace", () => {
  assert.deepEqual(namespace("shop"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop" },
  });
});
