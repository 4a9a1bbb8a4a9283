/** The one error this package throws for input it refuses. */

export type X509ErrorCode =
  /** The text is not PEM, or has no block with a fitting label. */
  | "ERR_X509_PEM"
  /** The bytes are not the DER structure they must be. */
  | "ERR_X509_DER"
  /** The input is larger than its limit, or needs more work than its budget. */
  | "ERR_X509_TOO_LARGE"
  /** The algorithm, key type or curve is not one this package knows. */
  | "ERR_X509_UNSUPPORTED"
  /** The key is too short to be trusted. */
  | "ERR_X509_WEAK_KEY"
  /** A signature does not verify. */
  | "ERR_X509_SIGNATURE"
  /** The CSR asks for something other than the request it came with. */
  | "ERR_X509_REQUEST_MISMATCH"
  /** A usage is not one of cert-manager's. */
  | "ERR_X509_USAGE"
  /** A name, address or validity given to a builder cannot be encoded. */
  | "ERR_X509_VALUE"
  /** The private key cannot be read. */
  | "ERR_X509_PRIVATE_KEY"
  /** The private key is encrypted: there is no passphrase to open it with. */
  | "ERR_X509_ENCRYPTED_KEY"
  /** The private key and the certificate do not belong together. */
  | "ERR_X509_KEY_MISMATCH"
  /** The issuing certificate may not sign certificates. */
  | "ERR_X509_NOT_A_CA"
  /** The certificates do not form one chain. */
  | "ERR_X509_CHAIN";

/**
 * An error whose `code` is stable and whose `message` may be shown to users: it never holds key
 * material. Switch on `code`, not on the class: two copies of this package may be installed.
 */
export class X509Error extends Error {
  override readonly name: string = "X509Error";
  readonly code: X509ErrorCode;
  /** Bytes from the start of the DER that was read, where one place is at fault. */
  readonly offset: number | undefined;

  constructor(
    code: X509ErrorCode,
    message: string,
    options: { offset?: number; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.offset = options.offset;
  }
}
