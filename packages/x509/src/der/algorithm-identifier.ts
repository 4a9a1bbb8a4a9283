/** AlgorithmIdentifier (RFC 5280 §4.1.1.2) of an algorithm that is in no table. */

import type { DerReader } from "./der-reader.ts";
import { readOid } from "./object-identifier.ts";

/** Returns its OID. Parameters may follow it, of one value. */
export function readAlgorithmOid(reader: DerReader, field: string): string {
  const oid = readOid(reader, field);
  if (!reader.isAtEnd) reader.readAny(`${field} parameters`);
  reader.end(`${field} parameters`);
  return oid;
}
