import type { Certificate } from "@countersign/testing";

/** What an issuer must issue for a Certificate, as cert-manager's own conformance tests list it. */
export interface CertificateFeature {
  readonly feature: string;
  readonly spec: Partial<Certificate["spec"]>;
}

const RSA = { algorithm: "RSA", size: 2048, rotationPolicy: "Always" } as const;
const ED25519 = { algorithm: "Ed25519", rotationPolicy: "Always" } as const;
const IP = "192.0.2.17";
const URI = "spiffe://cluster.local/ns/sandbox/sa/foo";
/** The user principal name of Active Directory. */
const UPN = "1.3.6.1.4.1.311.20.2.3";

/**
 * The table of cert-manager v1.21, test/e2e/suite/conformance/certificates/tests.go, but for ACME and
 * the Gateway API. Keys are ECDSA, which is quicker, where the row is not about keys. The
 * organisation, which is judged there in every row and asked for in none, has a row of its own.
 */
export const CERTIFICATE_FEATURES: readonly CertificateFeature[] = [
  {
    feature: "a defaulted certificate for one DNS name",
    spec: { privateKey: RSA, dnsNames: ["a.example.com"] },
  },
  { feature: "a CA's basic constraint", spec: { isCA: true, dnsNames: ["ca.example.com"] } },
  { feature: "an ECDSA key with a DNS name", spec: { dnsNames: ["ecdsa.example.com"] } },
  {
    feature: "an Ed25519 key with a DNS name",
    spec: { privateKey: ED25519, dnsNames: ["ed25519.example.com"] },
  },
  {
    feature: "a common name alone",
    spec: { privateKey: RSA, commonName: "test-common-name-rsa" },
  },
  {
    feature: "two otherNames and an email address",
    spec: {
      commonName: "someCN",
      emailAddresses: ["email@domain.test"],
      otherNames: [
        { oid: UPN, utf8Value: "upn@domain.test" },
        { oid: UPN, utf8Value: "upn@domain2.test" },
      ],
    },
  },
  {
    feature: "a literal subject",
    spec: {
      dnsNames: ["*.literal.foo-long.bar.com"],
      literalSubject: "CN=*.literal.foo-long.bar.com,OU=FooLong,OU=Bar,OU=Baz,OU=Dept.,O=Corp.",
    },
  },
  { feature: "an organisation", spec: { commonName: "org", subject: { organizations: ["Acme"] } } },
  { feature: "an ECDSA key with a common name", spec: { commonName: "test-common-name-ecdsa" } },
  {
    feature: "an Ed25519 key with a common name",
    spec: { privateKey: ED25519, commonName: "test-common-name-ed25519" },
  },
  { feature: "an IP address", spec: { ipAddresses: [IP] } },
  {
    feature: "a DNS name and an IP address",
    spec: { ipAddresses: [IP], dnsNames: ["ip.example.com"] },
  },
  {
    feature: "a common name and an IP address",
    spec: { ipAddresses: [IP], commonName: "test-common-name-ip" },
  },
  { feature: "an email address", spec: { emailAddresses: ["alice@example.com"] } },
  {
    feature: "a common name and a URI",
    spec: { uris: [URI], commonName: "test-common-name-uri" },
  },
  {
    feature: "two DNS names, one of them the common name",
    spec: { commonName: "one.example.com", dnsNames: ["one.example.com", "two.example.com"] },
  },
  {
    feature: "a DNS name and another common name",
    spec: { commonName: "three.example.com", dnsNames: ["four.example.com"] },
  },
  { feature: "a duration", spec: { dnsNames: ["duration.example.com"], duration: "896h" } },
  { feature: "a wildcard", spec: { dnsNames: ["*.wild.example.com"] } },
  { feature: "a URI alone", spec: { uris: [URI] } },
  {
    feature: "key usages at will",
    spec: {
      dnsNames: ["usages.example.com"],
      usages: ["signing", "data encipherment", "server auth", "client auth"],
    },
  },
  { feature: "a long domain", spec: { dnsNames: [`${"a".repeat(63)}.example.com`] } },
  {
    feature: "a wildcard and its apex",
    spec: { dnsNames: ["*.apex.example.com", "apex.example.com"] },
  },
];
