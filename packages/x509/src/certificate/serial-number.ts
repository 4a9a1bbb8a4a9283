/** Serial numbers as RFC 5280 §4.1.2.2 wants them: positive, at most 20 octets, unpredictable. */

import { randomBytes } from "node:crypto";
import { X509Error } from "../x509-error.ts";

const BYTES = 20;

/** Random bytes in stock: a call into OpenSSL costs more than the bytes. */
let stock = Buffer.alloc(0);

/** Returns 20 random bytes with the top bit cleared, as Go does, and never zero. */
export function randomSerialNumber(): Uint8Array {
  if (stock.length < BYTES) stock = randomBytes(100 * BYTES);
  const serial = new Uint8Array(stock.subarray(0, BYTES));
  stock = stock.subarray(BYTES);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  return serial.some((byte) => byte !== 0) ? serial : randomSerialNumber();
}

/** Throws `ERR_X509_VALUE` for a big-endian number that is 0 or needs more than 20 octets. */
export function checkSerialNumber(serial: Uint8Array): void {
  const isShort = serial.length < 20 || (serial.length === 20 && (serial[0] ?? 0) < 0x80);
  if (!isShort || serial.every((byte) => byte === 0)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot use serial number of ${serial.length} bytes: it must be positive and at most 20 octets with its sign`,
    );
  }
}
