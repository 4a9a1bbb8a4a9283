/** Puts CSRs together part by part, so that a test can make one part wrong and sign the rest. */

import { encodeConstructed, encodeSequence, encodeSetOf, encodeTlv } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { type Extension, encodeExtension } from "../extension/extension.ts";
import { buildName } from "../name/build-name.ts";
import { signatureAlgorithmNamed } from "../signature/signature-algorithms.ts";
import { encodeSignedStructure } from "../signature/signed-structure.ts";
import type { Signer } from "../signature/signer.ts";
import { newSigner } from "./fixtures.ts";

export interface CsrParts {
  signer?: Signer;
  version?: Uint8Array;
  subjectDer?: Uint8Array;
  publicKeyDer?: Uint8Array;
  extensions?: readonly Extension[];
  /** Replaces the attributes that `extensions` would make. */
  attributes?: readonly Uint8Array[];
}

export async function csrFromParts(parts: CsrParts): Promise<Uint8Array> {
  const signer = parts.signer ?? newSigner();
  const requested = encodeSequence(...(parts.extensions ?? []).map(encodeExtension));
  const tbsDer = encodeSequence(
    parts.version ?? encodeInteger(Uint8Array.of(0)),
    parts.subjectDer ?? buildName({ commonName: "test" }),
    parts.publicKeyDer ?? signer.publicKeyDer,
    encodeConstructed(0, ...(parts.attributes ?? [extensionRequest(requested)])),
  );
  const algorithmDer = signatureAlgorithmNamed(signer.algorithm)?.algorithmDer ?? new Uint8Array();
  return encodeSignedStructure(tbsDer, { algorithmDer, signature: await signer.sign(tbsDer) });
}

export function extensionRequest(...values: Uint8Array[]): Uint8Array {
  return encodeSequence(encodeOid("1.2.840.113549.1.9.14"), encodeSetOf(...values));
}

/** A subjectAltName extension over encoded GeneralNames. */
export function altNames(...names: Uint8Array[]): Extension {
  return { oid: "2.5.29.17", critical: false, valueDer: encodeSequence(...names) };
}

/** A primitive context-specific GeneralName. */
export function generalName(number: number, content: string | Uint8Array): Uint8Array {
  return encodeTlv(0x80 | number, typeof content === "string" ? Buffer.from(content) : content);
}
