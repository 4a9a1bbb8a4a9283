/** Time as RFC 5280 §4.1.2.5 has it: UTCTime to 2049, GeneralizedTime after, whole seconds in UTC. */

import { X509Error } from "../x509-error.ts";
import type { DerReader } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

/** Reads a Time. Offsets, fractions and left-out seconds are refused. */
export function readTime(reader: DerReader, field: string): Date {
  const tag = reader.nextTag === TAG.generalizedTime ? TAG.generalizedTime : TAG.utcTime;
  const { content } = reader.read(tag, field);
  const yearDigits = tag === TAG.utcTime ? 2 : 4;
  const time = parseTime(content, yearDigits);
  if (!time) throw reader.error(`${field} is not a time, must be YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ`);
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
  const isShort = year >= 1950 && year < 2050;
  // 2026-01-31T12:34:56.789Z
  const digits = `${time
    .toISOString()
    .slice(isShort ? 2 : 0, 19)
    .replace(/\D/g, "")}Z`;
  return encodeTlv(isShort ? TAG.utcTime : TAG.generalizedTime, Buffer.from(digits, "latin1"));
}

const ZERO = 0x30;
const ZULU = 0x5a;

/** Undefined for what is not digits and Z, and for days that do not exist. */
function parseTime(content: Uint8Array, yearDigits: 2 | 4): Date | undefined {
  const end = yearDigits + 10;
  if (content.length !== end + 1 || content[end] !== ZULU) return undefined;
  const pairs: number[] = [];
  for (let i = 0; i < end; i += 2) {
    const [tens, ones] = [(content[i] ?? 0) - ZERO, (content[i + 1] ?? 0) - ZERO];
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return undefined;
    pairs.push(tens * 10 + ones);
  }
  // Two-digit years are 1950 to 2049.
  if (yearDigits === 2) pairs.unshift((pairs[0] ?? 0) < 50 ? 20 : 19);
  const [century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = pairs;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(century * 100 + year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  // Date moves a day that does not exist into another month.
  return time.getUTCMonth() === month - 1 && time.getUTCDate() === day ? time : undefined;
}
