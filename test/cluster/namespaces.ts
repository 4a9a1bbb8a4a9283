/** The namespaces in which the shared issuers may read Secrets: one for each test file that needs it. */
export const NAMESPACES_OF_TESTS = [
  "certificates",
  "conformance",
  "ca-issuer",
  "ml-dsa",
  "ingresses",
  "requests",
  "issuer-faults",
  "explained",
] as const;

/** One of them. */
export type TestNamespace = (typeof NAMESPACES_OF_TESTS)[number];
