/** Makes certificates that are their own issuer: the roots of tests, demos and control planes. */

import type { Signer } from "../signature/signer.ts";
import { type KeyTemplateOptions, templateForKey } from "./certificate-template.ts";
import { signTemplate } from "./issue-certificate.ts";

export interface SelfSignedOptions extends KeyTemplateOptions {
  signer: Signer;
  /** Unsigned big-endian number. @default 20 random bytes */
  serial?: Uint8Array;
}

/** Creates a self-signed certificate and returns its DER. */
export async function createSelfSignedCertificate(options: SelfSignedOptions): Promise<Uint8Array> {
  const { signer, serial } = options;
  const template = templateForKey(signer.publicKeyDer, options);
  return await signTemplate(template, {
    issuerDer: template.subjectDer,
    signer,
    ...(serial && { serial }),
  });
}
