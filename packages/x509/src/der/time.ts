/** Time as RFC 5280 §4.1.2.5 has it: UTCTime to 2049, GeneralizedTime after, whole seconds in UTC. */

import { X509Error } from "../x509-error.ts";
import type { DerReader } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

/** Reads a Time. Offsets, fractions and left-out seconds are refused. */
export function readTime(reader: DerReader, field: string): Date {
  const tag = reader.nextTag === TAG.generalizedTime ? TAG.generalizedTime : TAG.utcTime;
  const text = Buffer.from(reader.read(tag, field).content).toString("latin1");
  const digits = tag === TAG.utcTime ? withCentury(text) : text;
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6.000Z");
  const time = new Date(iso);
  // The comparison catches days that do not exist, which Date moves into the next month.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) {
    throw reader.error(`${field} is not a time, must be YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ`);
  }
  return time;
}

/** Encodes a time, dropping its milliseconds. */
export function encodeTime(time: Date): Uint8Array {
  const year = time.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      "Cannot encode time: it must be a valid date in the years 0 to 9999",
    );
  }
  const digits = `${time.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return year >= 1950 && year < 2050
    ? encodeTlv(TAG.utcTime, Buffer.from(digits.slice(2)))
    : encodeTlv(TAG.generalizedTime, Buffer.from(digits));
}

/** Two-digit years are 1950 to 2049. */
function withCentury(text: string): string {
  return `${text.slice(0, 2) < "50" ? "20" : "19"}${text}`;
}
