import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Certificate, parseCertificates, resolveUsages } from "@countersign/x509";

/** What a certificate must be, in the words of whoever asked for it. */
export interface Wanted {
  /** `kind:value`, in any order. */
  readonly names: readonly string[];
  /** RFC 4514. */
  readonly subject: string;
  readonly isCA: boolean;
  readonly durationMs: number;
  /** cert-manager's words; none for its defaults. */
  readonly usages: readonly string[];
}

/** What was issued, in PEM. */
export interface IssuedPems {
  readonly certificate: string;
  readonly key: string;
  /** The CA's own certificate. */
  readonly ca: string;
}

/** cert-manager's tests allow as much. */
const DURATION_TOLERANCE_MS = 30_000;

/**
 * Makes sure that a certificate is what was asked for, no more and no less: cert-manager's validators,
 * stricter where they allow more names than were asked for. Node judges key and signature.
 */
export function assertIssued(pems: IssuedPems, wanted: Wanted): Certificate {
  const [leaf, ...rest] = parseCertificates(pems.certificate);
  assert.ok(leaf);
  const [node, ca] = [new X509Certificate(leaf.der), new X509Certificate(pems.ca)];
  assert.ok(node.checkPrivateKey(createPrivateKey(pems.key)), "it is for the key");
  assert.ok(node.checkIssued(ca) && node.verify(ca.publicKey), "it is signed by the CA");
  assert.deepEqual(rest, [], "a root is not part of the chain");

  const names = leaf.subjectAltNames.map(({ kind, value }) => `${kind}:${value}`);
  assert.deepEqual(names.toSorted(), wanted.names.toSorted());
  assert.equal(leaf.subject, wanted.subject);
  assert.equal(leaf.basicConstraints?.isCA, wanted.isCA);
  const durationMs = leaf.notAfter.getTime() - leaf.notBefore.getTime();
  const offMs = Math.abs(durationMs - wanted.durationMs);
  assert.ok(offMs <= DURATION_TOLERANCE_MS, `it lasts ${durationMs} ms`);
  const usages = resolveUsages(wanted.usages, wanted);
  assert.deepEqual(leaf.keyUsage, usages.keyUsage);
  assert.deepEqual(leaf.extendedKeyUsage ?? [], usages.extendedKeyUsage);
  return leaf;
}

/** The text of base64. */
export function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString("utf8");
}
