import { IssuerError, type ReferencedObject } from "@countersign/issuer";
import {
  type Certificate,
  createKeySigner,
  encodePem,
  keyMatchesCertificate,
  orderChain,
  parseCertificates,
  type Signer,
} from "@countersign/x509";

/** A CA that can sign: its certificate, what leads from there to the root, and its key. */
export interface CertificateAuthority {
  /** The Secret it is from, for messages. */
  readonly source: string;
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** The certificates that came with it: its chain and root. */
  readonly above: readonly Certificate[];
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
  { signatureAlgorithm }: { signatureAlgorithm?: string | undefined } = {},
): CertificateAuthority {
  const name = secret.describe();
  const chain = read(name, "tls.crt", () => parseCertificates(secret.text("tls.crt")));
  const roots = secret.has("ca.crt")
    ? read(name, "ca.crt", () => parseCertificates(secret.text("ca.crt")).slice(0, 1))
    : [];
  const keyPem = read(name, "tls.key", () => secret.text("tls.key"));
  const signer = read(name, "tls.key", () => createKeySigner(keyPem));
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
  const { keyUsage = [] } = certificate;
  if (keyUsage.length > 0 && !keyUsage.includes("cert sign")) {
    throw new IssuerError(
      `${name}: the certificate in tls.crt (${certificate.subject}) may not sign certificates: its key usages must include "cert sign"`,
    );
  }
  const above = [...chain.slice(1), ...roots];
  const chainPem = [certificate, ...above].map(({ der }) => encodePem("CERTIFICATE", der)).join("");
  return {
    source: name,
    certificate,
    above,
    chainPem,
    signer: signatureAlgorithm === undefined ? signer : signerOf(keyPem, signatureAlgorithm),
  };
}

/** @throws IssuerError where a CA has ended. */
export function requireNotEnded({ source, certificate }: CertificateAuthority, now: Date): void {
  if (certificate.notAfter > now) return;
  const end = certificate.notAfter.toISOString();
  throw new IssuerError(`${source}: the CA certificate ended on ${end}: renew it`);
}

/**
 * Makes sure that the certificates of a CA join into one chain. Where they do not, no certificate could
 * be published with them.
 *
 * @throws IssuerError
 */
export function requireOneChain({ source, certificate, above }: CertificateAuthority): void {
  read(source, "the chain in tls.crt and ca.crt", () => orderChain([certificate, ...above]));
}

/** The key has been judged: what is wrong now is the algorithm, which is mended elsewhere. */
function signerOf(keyPem: string, algorithm: string): Signer {
  try {
    return createKeySigner(keyPem, { algorithm });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new IssuerError(`spec.policies.signatureAlgorithm cannot be used: ${reason}`);
  }
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
