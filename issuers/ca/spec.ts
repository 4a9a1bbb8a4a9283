import { goDuration } from "@countersign/issuer";
import * as z from "zod";

const MOST_URLS = 16;

/** A URI of printable ASCII with a host or a path, its escapes whole. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([!-$&-~]|%[0-9A-Fa-f]{2})+$/;

function urls(): z.ZodArray<z.ZodString> {
  const url = z
    .string()
    .max(2_048)
    .regex(URI, "must be a URL such as http://ca.example.com/ca.crl");
  return z.array(url).max(MOST_URLS);
}

/**
 * Where certificates may differ from those of cert-manager's CA issuer. Each is off unless it is set.
 */
const policies = z.object({
  dropKeyEnciphermentForEC: z
    .boolean()
    .optional()
    .describe(
      "Leaves the usage `key encipherment` out for keys that cannot encipher (ECDSA, Ed25519, ML-DSA), as RFC 8813 demands. cert-manager writes it for every key.",
    ),
  subjectKeyId: z
    .boolean()
    .optional()
    .describe(
      "Writes a SubjectKeyIdentifier into every certificate, as RFC 5280 recommends. cert-manager writes it for CAs only.",
    ),
  clampToIssuer: z
    .boolean()
    .optional()
    .describe(
      "Ends a certificate with its CA where it would outlive it; the request then says so. cert-manager lets it outlive its CA.",
    ),
  backdate: goDuration()
    .optional()
    .describe(
      "How far in the past certificates begin, for clocks that are slow: a duration such as 5m. Their end does not move. cert-manager begins them now.",
    ),
  rejectUnknownEKU: z
    .boolean()
    .optional()
    .describe(
      "Refuses CSRs with extended key usages that cert-manager has no word for: an approver who looks at the request does not see them. cert-manager copies them into the certificate.",
    ),
  signatureAlgorithm: z
    .enum([
      "sha256WithRSAEncryption",
      "sha384WithRSAEncryption",
      "sha512WithRSAEncryption",
      "RSASSA-PSS with SHA-256",
      "RSASSA-PSS with SHA-384",
      "RSASSA-PSS with SHA-512",
      "ecdsa-with-SHA256",
      "ecdsa-with-SHA384",
      "ecdsa-with-SHA512",
    ])
    .optional()
    .describe(
      "What the CA signs with; it must fit the CA's key. cert-manager chooses the hash by the size of the key, and RSA with PKCS #1 v1.5.",
    ),
});

/** The spec of CAIssuer and CAClusterIssuer: cert-manager's `spec.ca`, and `policies`. */
export const caSpec = z.object({
  secretName: z
    .string()
    .min(1)
    .max(253)
    .describe(
      "The Secret that holds the CA: `tls.crt`, its certificate and chain; `tls.key`, its private key; and optionally `ca.crt`, the root.",
    ),
  crlDistributionPoints: urls()
    .optional()
    .describe("URLs of the CRL that is written into certificates. None without it."),
  ocspServers: urls()
    .optional()
    .describe("URLs of OCSP servers that are written into certificates. None without it."),
  issuingCertificateURLs: urls()
    .optional()
    .describe("URLs of the CA's certificate that are written into certificates. None without it."),
  policies: policies
    .optional()
    .describe(
      "Where certificates differ from those of cert-manager's CA issuer. Without it they do not.",
    ),
});

export type CaSpec = z.output<typeof caSpec>;
