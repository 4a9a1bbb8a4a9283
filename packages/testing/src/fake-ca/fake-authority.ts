import {
  certificateTemplate,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
} from "@countersign/x509";
import { generateKey } from "../control-plane/authority.ts";

/** A certificate that a fake CA has made. */
export interface MintedCertificate {
  /** What the call that made it came with; empty where it had none. */
  readonly idempotencyKey: string;
  /** PEM, without the CA's. */
  readonly certificatePem: string;
  readonly serialHex: string;
}

/** Settings of `createFakeAuthority`. */
export interface FakeAuthorityOptions {
  /** Of the CA's own certificate. @default "Fake CA" */
  readonly commonName?: string;
  /**
   * Whether a call whose idempotency key is known gets the same certificate again. Without it every
   * call makes another, so that a request which is signed twice shows.
   * @default false
   */
  readonly isIdempotent?: boolean;
  /** The CA's clock. @default () => new Date() */
  readonly now?: () => Date;
}

/** Signs whatever it is sent, for a day from its clock's time, and remembers it. */
export interface FakeAuthority {
  readonly caPem: string;
  readonly minted: readonly MintedCertificate[];
  /** @throws X509Error where the CSR cannot be read. */
  mint(csrPem: string, idempotencyKey: string): Promise<MintedCertificate>;
}

const DAY_MS = 24 * 3_600_000;

/** Creates one with a new ECDSA P-256 key. Its own certificate is good for a year around now. */
export async function createFakeAuthority(
  options: FakeAuthorityOptions = {},
): Promise<FakeAuthority> {
  const { commonName = "Fake CA", isIdempotent = false, now = () => new Date() } = options;
  const signer = createKeySigner(generateKey().keyPem);
  const caDer = await createSelfSignedCertificate({
    subject: { commonName },
    signer,
    isCA: true,
    durationMs: 365 * DAY_MS,
    now: new Date(Date.now() - 180 * DAY_MS),
  });
  const issuer = parseCertificate(caDer);
  const minted: MintedCertificate[] = [];
  const byKey = new Map<string, Promise<MintedCertificate>>();

  async function mintAnew(csrPem: string, idempotencyKey: string): Promise<MintedCertificate> {
    const template = certificateTemplate(parseCsr(csrPem), { durationMs: DAY_MS, now: now() });
    const der = await issueCertificate(template, { issuer, signer });
    const { serialHex } = parseCertificate(der);
    const certificatePem = encodePem("CERTIFICATE", der);
    const certificate = { idempotencyKey, certificatePem, serialHex };
    minted.push(certificate);
    return certificate;
  }

  return {
    caPem: encodePem("CERTIFICATE", caDer),
    minted,
    mint: (csrPem, idempotencyKey) => {
      const known = isIdempotent ? byKey.get(idempotencyKey) : undefined;
      const minting = known ?? mintAnew(csrPem, idempotencyKey);
      if (idempotencyKey !== "") byKey.set(idempotencyKey, minting);
      return minting;
    },
  };
}
