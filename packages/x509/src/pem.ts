/** PEM text (RFC 7468), read strictly and written in lines of 64 columns. */

import { X509Error } from "./x509-error.ts";

/**
 * Most bytes of PEM that are read. A larger input could not reach a status anyway: cert-manager
 * refuses it (internal/pem/decode.go).
 */
export const PEM_LIMITS: Readonly<
  Record<"csr" | "certificate" | "privateKey" | "chain" | "bundle", number>
> = {
  csr: 36_500,
  certificate: 36_500,
  privateKey: 13_000,
  chain: 95_000,
  bundle: 330_000,
};

/** A block of a PEM text, decoded. */
export interface PemBlock {
  label: string;
  der: Uint8Array;
}

/**
 * Decodes every block of a PEM text, ignoring what stands between blocks.
 *
 * A damaged block is an error (`ERR_X509_PEM`), where Go's `pem.Decode` would skip it and use the
 * next. Header lines are refused too (RFC 7468 §2); those of an encrypted key with
 * `ERR_X509_ENCRYPTED_KEY`.
 */
export function decodePem(
  text: string,
  /** `maxBytes` of UTF-8. @default PEM_LIMITS.bundle */
  options: { maxBytes?: number } = {},
): PemBlock[] {
  const maxBytes = options.maxBytes ?? PEM_LIMITS.bundle;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new X509Error(
      "ERR_X509_TOO_LARGE",
      `Cannot decode PEM: input is ${bytes} bytes, must be at most ${maxBytes}`,
    );
  }
  const blocks: PemBlock[] = [];
  let open: { label: string; lines: string[] } | undefined;
  // Not at a carriage return alone: Go would not see the boundary that begins there.
  for (const line of text.split(/\r?\n/)) {
    const isBoundary = line.startsWith("-----");
    const begin = isBoundary ? boundaryLabel(line, "BEGIN") : undefined;
    const end = isBoundary ? boundaryLabel(line, "END") : undefined;
    if (begin !== undefined) {
      if (open) throw notClosed(open.label);
      open = { label: begin, lines: [] };
    } else if (open && end !== undefined) {
      if (end !== open.label) throw notClosed(open.label);
      blocks.push({ label: open.label, der: decodeBody(open.label, open.lines) });
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  if (open) throw notClosed(open.label);
  return blocks;
}

/** Columns of a line, RFC 7468 §2. */
const LINE = 64;

/** Encodes bytes as one PEM block with a trailing newline. */
export function encodePem(label: string, der: Uint8Array): string {
  const { buffer, byteOffset, length } = der;
  const base64 = Buffer.from(buffer, byteOffset, length).toString("base64");
  let lines = "";
  for (let at = 0; at < base64.length; at += LINE) lines += `${base64.slice(at, at + LINE)}\n`;
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

function boundaryLabel(line: string, word: "BEGIN" | "END"): string | undefined {
  const start = `-----${word} `;
  const trimmed = line.trimEnd();
  if (!trimmed.startsWith(start) || !trimmed.endsWith("-----")) return undefined;
  return trimmed.slice(start.length, -5);
}

function decodeBody(label: string, lines: string[]): Uint8Array {
  if (lines.some((line) => line.includes(":"))) throw hasHeaders(label, lines);
  const base64 = lines.join("").replace(/[ \t]/g, "");
  if (base64.length === 0 || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new X509Error(
      "ERR_X509_PEM",
      `Cannot decode PEM: content of the ${quoteLabel(label)} block is not base64, must be padded base64`,
    );
  }
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function hasHeaders(label: string, lines: string[]): X509Error {
  return lines.some((line) => /^Proc-Type:.*ENCRYPTED/.test(line))
    ? new X509Error(
        "ERR_X509_ENCRYPTED_KEY",
        `Cannot decode PEM: the ${quoteLabel(label)} block is encrypted, must be unencrypted`,
      )
    : new X509Error(
        "ERR_X509_PEM",
        `Cannot decode PEM: the ${quoteLabel(label)} block has header lines, must have none`,
      );
}

function notClosed(label: string): X509Error {
  return new X509Error(
    "ERR_X509_PEM",
    `Cannot decode PEM: the ${quoteLabel(label)} block has no end of its own, must be closed by a matching END line`,
  );
}

/** Labels come from outside and end in messages that users see. */
export function quoteLabel(label: string): string {
  return JSON.stringify(label.length > 40 ? `${label.slice(0, 40)}…` : label);
}
