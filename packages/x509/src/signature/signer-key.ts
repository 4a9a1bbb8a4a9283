/** The public key of a signer as OpenSSL holds it: importing one costs a quarter of a verification. */

import { createPublicKey, type KeyObject } from "node:crypto";
import type { Signer } from "./signer.ts";

const imported = new WeakMap<Signer, { spkiDer: Uint8Array; key: KeyObject }>();

/** Returns undefined where this Node takes no such key. */
export function publicKeyOfSigner(signer: Signer): KeyObject | undefined {
  const known = imported.get(signer);
  // Whatever the signer does to its bytes, the key is theirs.
  if (known && Buffer.compare(known.spkiDer, signer.publicKeyDer) === 0) return known.key;
  const spkiDer = new Uint8Array(signer.publicKeyDer);
  try {
    const key = createPublicKey({ key: Buffer.from(spkiDer), format: "der", type: "spki" });
    imported.set(signer, { spkiDer, key });
    return key;
  } catch {
    return undefined;
  }
}
