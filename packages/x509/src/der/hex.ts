/** Bytes as hex digits, in lower case. */
export function hex({ buffer, byteOffset, length }: Uint8Array): string {
  // Over the same memory: Buffer.from(bytes) would copy it.
  return Buffer.from(buffer, byteOffset, length).toString("hex");
}
