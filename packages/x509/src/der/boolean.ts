/** BOOLEAN, of which DER has only two spellings (X.690 §11.1). */

import type { DerReader } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

export const TRUE_DER: Uint8Array = encodeTlv(TAG.boolean, Uint8Array.of(0xff));

/**
 * Reads a BOOLEAN DEFAULT FALSE. An explicit FALSE is taken, as Go does, although DER leaves a
 * default out: certificates in use have it.
 */
export function readOptionalBoolean(reader: DerReader, field: string): boolean {
  const content = reader.readOptional(TAG.boolean, field)?.content;
  if (!content) return false;
  if (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff)) {
    throw reader.error(`${field} is a BOOLEAN of another spelling, must be 00 or ff`);
  }
  return content[0] === 0xff;
}
