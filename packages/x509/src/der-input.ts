/** Finds the DER in what a caller gives: PEM text, or the DER bytes themselves. */

import { decodePem, quoteLabel } from "./pem.ts";
import { X509Error } from "./x509-error.ts";

export interface DerInputOptions {
  /** What is being read, as it is to be called in messages. */
  what: string;
  /** PEM labels that may hold it. */
  labels: readonly string[];
  maxBytes: number;
}

/**
 * Returns the bytes of the first PEM block, or a copy of the DER: a structure that was verified
 * must not change when the caller reuses the buffer.
 */
export function derOf(input: string | Uint8Array, options: DerInputOptions): Uint8Array {
  if (typeof input !== "string") return copyWithin(input, options);
  const [first] = decodePem(input, { maxBytes: options.maxBytes });
  if (!first) {
    throw new X509Error(
      "ERR_X509_PEM",
      `Cannot parse ${options.what}: input has no PEM block, must have one labelled ${options.labels[0]}`,
    );
  }
  return derOfBlock(first, options);
}

/** Returns the bytes of a PEM block after checking its label. */
export function derOfBlock(
  block: { label: string; der: Uint8Array },
  options: DerInputOptions,
): Uint8Array {
  if (!options.labels.includes(block.label)) {
    throw new X509Error(
      "ERR_X509_PEM",
      `Cannot parse ${options.what}: PEM block is ${quoteLabel(block.label)}, must be ${options.labels.join(" or ")}`,
    );
  }
  return block.der;
}

function copyWithin(der: Uint8Array, options: DerInputOptions): Uint8Array {
  if (der.length > options.maxBytes) {
    throw new X509Error(
      "ERR_X509_TOO_LARGE",
      `Cannot parse ${options.what}: input is ${der.length} bytes, must be at most ${options.maxBytes}`,
    );
  }
  return new Uint8Array(der);
}
