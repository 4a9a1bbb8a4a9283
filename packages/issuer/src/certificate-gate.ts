import { LruMap } from "@countersign/kube";
import {
  type AskedFor,
  type Certificate,
  compareCertificate,
  type Difference,
  encodePem,
  orderChain,
  PEM_LIMITS,
  parseCertificates,
  publicKeysEqual,
} from "@countersign/x509";
import { type MismatchPolicy, reactionTo } from "./mismatch-policy.ts";
import { type Issued, messageOf } from "./outcome.ts";

/**
 * What the gate says of a certificate:
 *
 * - `passed`: it may be published as it stands here, whatever the differences that the policy lets
 *   through.
 * - `early`: it may be, from `notBefore` on.
 * - `refused`: never, and asking again would only mint another.
 */
export type GateVerdict =
  | {
      readonly gate: "passed";
      readonly certificatePem: string;
      readonly caPem?: string;
      readonly differences: readonly string[];
    }
  | { readonly gate: "early"; readonly notBefore: Date }
  | { readonly gate: "refused"; readonly message: string };

/** What a certificate is judged by. */
export interface GateContext {
  readonly asked: AskedFor;
  readonly policy: MismatchPolicy;
  readonly now: Date;
}

/** How far ahead of our clock a CA's may be. */
const MOST_EARLY_MS = 5 * 60_000;

/**
 * Judges what an author's `sign()` returned before anybody can use it: it must parse, hold one chain
 * of a size that cert-manager reads, be for the key of the CSR, be valid now, and be what was asked
 * for as far as the issuer's policy demands. Puts the leaf first and takes the root out, as
 * cert-manager's ParseSingleCertificateChain.
 */
export function passGate(issued: Issued, context: GateContext): GateVerdict {
  let bundle: Bundle;
  try {
    bundle = readBundle(issued);
  } catch (error) {
    return refused("it cannot be read", messageOf(error), "See what the CA answers.");
  }
  const { leaf, issuer, chainPem, caPem } = bundle;
  const serial = `serial ${leaf.serialHex}`;
  const { asked, policy, now } = context;
  if (!publicKeysEqual(leaf.publicKeyDer, asked.csr.publicKeyDer)) {
    return refused("it is for another key than the request's", serial, REVOKE);
  }
  const { notBefore, notAfter } = leaf;
  if (notAfter <= now) return refused(`it ended on ${notAfter.toISOString()}`, serial, SET_CLOCKS);
  const aheadMs = notBefore.getTime() - now.getTime();
  if (aheadMs > MOST_EARLY_MS) {
    return refused(`it begins only on ${notBefore.toISOString()}`, serial, SET_CLOCKS);
  }
  const found = compareCertificate(leaf, asked).map((each) => withCause(each, leaf, issuer));
  const differences = Map.groupBy(found, (each) => reactionTo(each, policy));
  const failing = differences.get("fail") ?? [];
  if (failing.length > 0) {
    const details = failing.map((each) => each.detail).join("; ");
    return refused(`it is not what was asked for: ${details}`, serial, MATCH);
  }
  if (aheadMs > 0) return { gate: "early", notBefore };
  return {
    gate: "passed",
    certificatePem: chainPem,
    differences: (differences.get("warn") ?? []).map((each) => each.detail),
    ...(caPem === undefined ? {} : { caPem }),
  };
}

/** Says that a certificate is short because its CA is. */
function withCause(
  difference: Difference,
  leaf: Certificate,
  issuer: Certificate | undefined,
): Difference {
  const isShort = difference.aspect === "duration" && difference.kind === "shorter";
  if (!isShort || issuer?.notAfter.getTime() !== leaf.notAfter.getTime()) return difference;
  const end = issuer.notAfter.toISOString();
  return { ...difference, detail: `${difference.detail}, because its CA ends on ${end}` };
}

interface Bundle {
  readonly leaf: Certificate;
  /** The certificate that follows the leaf's, where it came along. */
  readonly issuer: Certificate | undefined;
  readonly chainPem: string;
  readonly caPem: string | undefined;
}

/** @throws X509Error where it is no single chain, or cert-manager would not read it (C26). */
function readBundle(issued: Issued): Bundle {
  const { chain, root } = orderChain(parseCertificates(issued.certificate));
  const [leaf] = chain;
  if (leaf === undefined) throw new Error("it holds no certificate");
  const leafPem = toPem([leaf]);
  const chainPem = leafPem + toPem(chain.slice(1));
  checkSize("its leaf", leafPem, PEM_LIMITS.certificate);
  checkSize("its chain", chainPem, PEM_LIMITS.chain);
  const caPem = issued.ca === undefined ? root && toPem([root]) : readAuthorities(issued.ca);
  if (caPem !== undefined) checkSize("its ca", caPem, PEM_LIMITS.bundle);
  return { leaf, issuer: chain[1] ?? root, chainPem, caPem };
}

/** An issuer's is the same for each of its requests. */
const MOST_AUTHORITIES = 16;
const authorities = new LruMap<string>(MOST_AUTHORITIES);

/** Reads the certificates of a CA's PEM, and writes them as they are published. */
function readAuthorities(pem: string): string {
  const known = authorities.get(pem);
  if (known !== undefined) return known;
  const published = toPem(parseCertificates(pem));
  authorities.set(pem, published);
  return published;
}

function checkSize(what: string, pem: string, mostBytes: number): void {
  if (pem.length <= mostBytes) return;
  throw new Error(
    `${what} has ${pem.length} bytes, must have at most ${mostBytes} for cert-manager to read it`,
  );
}

/** What is left to be done by whoever reads that a certificate is not published. */
const REVOKE = "Have it revoked, and see why the CA signs for that key.";
const SET_CLOCKS = "Set the clocks of the CA and of this cluster.";
const MATCH =
  "Have it revoked, and request what the CA grants or have the CA grant what is requested.";

function refused(why: string, detail: string, todo: string): GateVerdict {
  return {
    gate: "refused",
    message: `The CA's certificate is not published because ${why} (${detail}). ${todo}`,
  };
}

function toPem(certificates: readonly Certificate[]): string {
  return certificates.map((each) => encodePem("CERTIFICATE", each.der)).join("");
}
