import { IssuerError, type ReferencedObject } from "@countersign/issuer";
import {
  type Certificate,
  createKeySigner,
  encodePem,
  keyMatchesCertificate,
  parseCertificates,
  type Signer,
} from "@countersign/x509";

/** A CA that can sign now: its certificate, what leads from there to the root, and its key. */
export interface CertificateAuthority {
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** PEM: the CA's certificate and its chain, and `ca.crt`'s where it is given. */
  readonly chainPem: string;
}

/**
 * Reads a CA from a `kubernetes.io/tls` Secret: `tls.crt` is its certificate and chain, `tls.key`
 * its private key, `ca.crt` optionally the root.
 *
 * @throws IssuerError that says what is wrong with the Secret, never what is in its key.
 */
export function readCertificateAuthority(
  secret: ReferencedObject,
  { now }: { now: Date },
): CertificateAuthority {
  const name = secret.describe();
  const chain = read(name, "tls.crt", () => parseCertificates(secret.text("tls.crt")));
  const roots = secret.has("ca.crt")
    ? read(name, "ca.crt", () => parseCertificates(secret.text("ca.crt")).slice(0, 1))
    : [];
  const signer = read(name, "tls.key", () => createKeySigner(secret.text("tls.key")));
  const [certificate] = chain;
  if (certificate === undefined) {
    throw new IssuerError(`${name}: tls.crt holds no certificate, must hold the CA's`);
  }
  if (!keyMatchesCertificate(signer, certificate)) {
    throw new IssuerError(
      `${name}: tls.key is not the key of the certificate in tls.crt (${certificate.subject}): put the two together that belong together`,
    );
  }
  if (certificate.basicConstraints?.isCA !== true) {
    throw new IssuerError(
      `${name}: the certificate in tls.crt (${certificate.subject}) is not a CA's: it must have the basic constraint CA:TRUE`,
    );
  }
  if (certificate.notAfter <= now) {
    throw new IssuerError(
      `${name}: the CA certificate ended on ${certificate.notAfter.toISOString()}: renew it`,
    );
  }
  const chainPem = [...chain, ...roots].map((each) => encodePem("CERTIFICATE", each.der)).join("");
  return { certificate, signer, chainPem };
}

function read<T>(name: string, entry: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Error && error.name === "IssuerError") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new IssuerError(`${name}: ${entry} cannot be used: ${reason}`);
  }
}
