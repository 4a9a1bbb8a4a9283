/** Makes certificate signing requests, for tests and demos. */

import { encodeConstructed, encodeSequence, encodeSetOf } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { basicConstraintsExtension } from "../extension/basic-constraints.ts";
import { type AlternativeNames, buildSubjectAltName } from "../extension/build-subject-alt-name.ts";
import { type Extension, encodeExtension } from "../extension/extension.ts";
import { extendedKeyUsageExtension, keyUsageExtension } from "../extension/key-usage.ts";
import { resolveUsages } from "../extension/usages.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { buildName, type Subject } from "../name/build-name.ts";
import { isEmptyName } from "../name/distinguished-name.ts";
import { encodePem } from "../pem.ts";
import { encodeSignedStructure } from "../signature/signed-structure.ts";
import { chooseAlgorithm, type Signer } from "../signature/signer.ts";
import { EXTENSION_REQUEST } from "./csr.ts";

/** What a CSR asks for, and whose key it is made with. */
export interface CreateCsrOptions extends AlternativeNames {
  signer: Signer;
  subject: Subject;
  /** Asks for basic constraints with this CA flag; left out, for none. */
  isCA?: boolean;
  /** cert-manager's words to ask for; left out, no usages are asked for. */
  usages?: readonly string[];
}

/** Creates a CSR and returns it as PEM. Extensions are in the order cert-manager writes them. */
export async function createCsr(options: CreateCsrOptions): Promise<string> {
  const { signer } = options;
  const { algorithmDer } = chooseAlgorithm(parsePublicKey(signer.publicKeyDer), signer.algorithm);
  const subjectDer = buildName(options.subject);
  const extensions = listExtensions(options, { critical: isEmptyName(subjectDer) });
  const tbsDer = encodeSequence(
    encodeInteger(Uint8Array.of(0)),
    subjectDer,
    signer.publicKeyDer,
    encodeConstructed(0, ...extensionRequest(extensions)),
  );
  const signature = await signer.sign(tbsDer);
  return encodePem(
    "CERTIFICATE REQUEST",
    encodeSignedStructure(tbsDer, { algorithmDer, signature }),
  );
}

function listExtensions(
  options: CreateCsrOptions,
  { critical }: { critical: boolean },
): Extension[] {
  const { isCA, usages } = options;
  const requested = usages && resolveUsages(usages, { isCA: isCA ?? false });
  const extensions: (Extension | undefined)[] = [
    buildSubjectAltName(options, { critical }),
    requested && keyUsageExtension(requested.keyUsage),
    requested && extendedKeyUsageExtension(requested.extendedKeyUsage),
    isCA === undefined ? undefined : basicConstraintsExtension({ isCA }),
  ];
  return extensions.filter((extension) => extension !== undefined);
}

function extensionRequest(extensions: Extension[]): Uint8Array[] {
  if (extensions.length === 0) return [];
  const value = encodeSequence(...extensions.map(encodeExtension));
  return [encodeSequence(encodeOid(EXTENSION_REQUEST), encodeSetOf(value))];
}
