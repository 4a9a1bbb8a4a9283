/** The identifier octets (X.690 §8.1.2) this package reads and writes. */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific tag `[number]` of a primitive value. */
export function contextTag(number: number): number {
  return 0x80 | number;
}

/** Context-specific tag `[number]` of a constructed value. */
export function constructedContextTag(number: number): number {
  return 0xa0 | number;
}

/** Shows a tag for a message, as `SEQUENCE (0x30)` or `tag 0x87`. */
export function describeTag(tag: number): string {
  const hex = `0x${tag.toString(16).padStart(2, "0")}`;
  const name = Object.entries(TAG).find(([, value]) => value === tag)?.[0];
  return name ? `${name} (${hex})` : `tag ${hex}`;
}
