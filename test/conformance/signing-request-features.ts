import type { CreateCsrOptions } from "@countersign/x509";

/** What an issuer must issue for a CertificateSigningRequest, as cert-manager's tests list it. */
export interface SigningRequestFeature {
  readonly feature: string;
  readonly key?: "RSA" | "ECDSA" | "Ed25519";
  readonly csr: Omit<CreateCsrOptions, "signer">;
  readonly usages?: readonly string[];
  /** In cert-manager's annotation. */
  readonly duration?: string;
  readonly expirationSeconds?: number;
  readonly isCA?: true;
}

const URI = "spiffe://cluster.local/ns/sandbox/sa/foo";
const IP = "192.0.2.17";

function dns(...dnsNames: string[]): SigningRequestFeature["csr"] {
  return { subject: {}, dnsNames };
}

function named(
  commonName: string,
  names: Omit<CreateCsrOptions, "signer" | "subject"> = {},
): SigningRequestFeature["csr"] {
  return { subject: { commonName }, ...names };
}

/**
 * The table of cert-manager v1.21, test/e2e/suite/conformance/certificatesigningrequests/tests.go.
 * Keys are ECDSA, which is quicker, where the row is not about keys. The
 * organisation, which is judged there in every row and asked for in none, has a row of its own.
 */
export const SIGNING_REQUEST_FEATURES: readonly SigningRequestFeature[] = [
  { feature: "an RSA key with a DNS name", key: "RSA", csr: dns("rsa.example.com") },
  { feature: "an ECDSA key with a DNS name", csr: dns("ecdsa.example.com") },
  { feature: "an Ed25519 key with a DNS name", key: "Ed25519", csr: dns("ed25519.example.com") },
  { feature: "an RSA key with a common name", key: "RSA", csr: named("test-common-name-rsa") },
  { feature: "an ECDSA key with a common name", csr: named("test-common-name-ecdsa") },
  {
    feature: "an Ed25519 key with a common name",
    key: "Ed25519",
    csr: named("test-common-name-ed25519"),
  },
  {
    feature: "a common name and an IP address",
    csr: named("test-common-name-ip", { ipAddresses: [IP] }),
  },
  { feature: "an IP address", csr: { subject: {}, ipAddresses: [IP] } },
  {
    feature: "a DNS name and an IP address",
    csr: { ...dns("ip.example.com"), ipAddresses: [IP] },
  },
  { feature: "a CA's basic constraint", csr: dns("ca.example.com"), isCA: true },
  {
    feature: "two email addresses",
    csr: { subject: {}, emails: ["alice@example.com", "bob@cert-manager.io"] },
  },
  { feature: "a common name and a URI", csr: named("test-common-name-uri", { uris: [URI] }) },
  {
    feature: "two DNS names, one of them the common name",
    csr: named("one.example.com", { dnsNames: ["one.example.com", "two.example.com"] }),
  },
  {
    feature: "a DNS name and another common name",
    csr: named("three.example.com", { dnsNames: ["four.example.com"] }),
  },
  {
    feature: "a common name, a DNS name and a duration",
    csr: named("d.example.com", { dnsNames: ["d.example.com"] }),
    duration: "896h",
  },
  {
    feature: "a duration by expirationSeconds",
    csr: named("e.example.com", { dnsNames: ["e.example.com"] }),
    expirationSeconds: 3333,
  },
  { feature: "a DNS name and a duration", csr: dns("f.example.com"), duration: "896h" },
  { feature: "a wildcard", csr: dns("*.wild.example.com") },
  { feature: "a wildcard and its apex", csr: dns("*.apex.example.com", "apex.example.com") },
  { feature: "a URI alone", csr: { subject: {}, uris: [URI] } },
  {
    feature: "an organisation",
    csr: { subject: { organization: "Acme", commonName: "org" } },
  },
  {
    feature: "key usages at will",
    csr: named("usages.example.com"),
    usages: ["server auth", "client auth", "digital signature", "data encipherment"],
  },
  {
    feature: "a CA that lasts long",
    csr: named("cert-manager-ca"),
    usages: ["digital signature", "key encipherment", "cert sign"],
    duration: "10000h",
    isCA: true,
  },
  { feature: "a long domain", csr: dns(`${"a".repeat(63)}.example.com`) },
];
