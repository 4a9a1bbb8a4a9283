import { createHash } from "node:crypto";

/** Enough of a hash to tell the long texts of one object apart. */
const HASH_DIGITS = 8;

/**
 * Cuts a text to what fits into `maxBytes` of UTF-8, between two characters and with an ending that
 * shows it. The ending holds a hash of the whole: texts that differ only beyond the cut still differ.
 */
export function shorten(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS);
  const ending = `… [cut: ${bytes.length} bytes, ${hash}]`;
  let end = maxBytes - Buffer.byteLength(ending);
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end) + ending;
}

/** Whether a byte of UTF-8 stands within a character, not at its start: 10xxxxxx. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
