/** Which key types this Node can use: ML-DSA is known everywhere and usable from OpenSSL 3.5 on. */

import { createPublicKey } from "node:crypto";
import { encodeBitString } from "../der/bit-string.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { KEY_TYPES, type KeyType } from "./key-types.ts";

const found = new Map<string, boolean>();

/** Tells whether this Node signs and verifies with a type such as `ML-DSA-65` or `ECDSA P-256`. */
export function isKeyTypeSupported(name: string): boolean {
  const known = found.get(name);
  if (known !== undefined) return known;
  const type = KEY_TYPES.find((row) => row.name === name);
  const isSupported = type !== undefined && canLoad(type);
  found.set(name, isSupported);
  return isSupported;
}

/** Curves and RSA, whose keys are more than bytes of a length, are everywhere. */
function canLoad({ algorithmDer, keyBytes, firstByte }: KeyType): boolean {
  if (keyBytes === undefined || firstByte !== undefined) return true;
  const spkiDer = encodeSequence(algorithmDer, encodeBitString(new Uint8Array(keyBytes)));
  try {
    createPublicKey({ key: Buffer.from(spkiDer), format: "der", type: "spki" });
    return true;
  } catch {
    return false;
  }
}
