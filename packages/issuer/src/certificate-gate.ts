import {
  type Certificate,
  encodePem,
  orderChain,
  parseCertificates,
  publicKeysEqual,
} from "@countersign/x509";
import type { Issued } from "./outcome.ts";

/**
 * What the gate says of a certificate:
 *
 * - `passed`: it may be published as it stands here.
 * - `early`: it may be, from `notBefore` on.
 * - `refused`: never, and asking again would only mint another.
 */
export type GateVerdict =
  | { readonly gate: "passed"; readonly certificatePem: string; readonly caPem?: string }
  | { readonly gate: "early"; readonly notBefore: Date }
  | { readonly gate: "refused"; readonly message: string };

/** How far ahead of our clock a CA's may be. */
const MOST_EARLY_MS = 5 * 60_000;

/**
 * Judges what an author's `sign()` returned before anybody can use it: it must parse, hold one
 * chain, be for the key of the CSR and be valid now. Puts the leaf first and takes the root out, as
 * cert-manager's ParseSingleCertificateChain.
 */
export function passGate(
  issued: Issued,
  context: { publicKeyDer: Uint8Array; now: Date },
): GateVerdict {
  let chain: readonly Certificate[];
  let top: Certificate | undefined;
  try {
    ({ chain, root: top } = orderChain(parseCertificates(issued.certificate)));
  } catch (error) {
    return refused("it cannot be read", error instanceof Error ? error.message : String(error));
  }
  const [leaf] = chain;
  if (leaf === undefined) return refused("it cannot be read", "it holds no certificate");
  const serial = `serial ${leaf.serialHex}`;
  if (!publicKeysEqual(leaf.publicKeyDer, context.publicKeyDer)) {
    return refused("it is for another key than the request's", serial);
  }
  const { notBefore, notAfter } = leaf;
  if (notAfter <= context.now) return refused(`it ended on ${notAfter.toISOString()}`, serial);
  const aheadMs = notBefore.getTime() - context.now.getTime();
  if (aheadMs > MOST_EARLY_MS) {
    return refused(`it begins only on ${notBefore.toISOString()}`, serial);
  }
  if (aheadMs > 0) return { gate: "early", notBefore };
  const caPem = issued.ca ?? (top === undefined ? undefined : toPem([top]));
  const passed = { gate: "passed", certificatePem: toPem(chain) } as const;
  return caPem === undefined ? passed : { ...passed, caPem };
}

function refused(why: string, detail: string): GateVerdict {
  return {
    gate: "refused",
    message: `The CA's certificate is not published because ${why} (${detail}).`,
  };
}

function toPem(certificates: readonly Certificate[]): string {
  return certificates.map((each) => encodePem("CERTIFICATE", each.der)).join("");
}
