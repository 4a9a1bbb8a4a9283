import assert from "node:assert/strict";
import type { Client } from "@countersign/kube";
import {
  type CaCall,
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  type FakeCa,
  type MintedCertificate,
} from "@countersign/testing";
import { parseCertificates, parseCsr, publicKeysEqual } from "@countersign/x509";
import { NAMESPACE } from "./faulty-acme.ts";
import { waitForCondition } from "./wait.ts";

/** The calls of `sign()` for a request that have reached the CA. */
export function signCallsOf(ca: FakeCa, request: CertificateRequest): CaCall[] {
  return ca.calls.filter((call) => call.kind === "sign" && isFor(request, call));
}

/** The certificates that the CA has made for a request. */
export function mintedFor(ca: FakeCa, request: CertificateRequest): MintedCertificate[] {
  return ca.minted.filter((certificate) => isFor(request, certificate));
}

function isFor(request: CertificateRequest, made: { readonly idempotencyKey: string }): boolean {
  return made.idempotencyKey.startsWith(`${request.metadata.uid}-`);
}

/** Waits until a request is issued, and makes sure that it is for the request's own key. */
export async function waitForIssued(
  client: Client,
  request: CertificateRequest,
): Promise<{ issued: CertificateRequest; serialHex: string }> {
  const { name, uid } = request.metadata;
  const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name };
  const wanted = { type: "Ready", status: "True", reason: "Issued" };
  const issued = await waitForCondition(client, target, wanted);
  assert.equal(issued.metadata.uid, uid);
  const [leaf] = parseCertificates(decode(issued.status?.certificate ?? ""));
  assert.ok(leaf);
  const csr = parseCsr(decode(request.spec.request));
  assert.ok(publicKeysEqual(leaf.publicKeyDer, csr.publicKeyDer), `${name}: for another key`);
  return { issued, serialHex: leaf.serialHex };
}

/**
 * Waits until a request is issued, with the only certificate that the CA has made for it, in the
 * only call.
 */
export async function assertIssuedOnce(
  { client, ca }: { client: Client; ca: FakeCa },
  request: CertificateRequest,
): Promise<void> {
  const { serialHex } = await waitForIssued(client, request);
  const { name } = request.metadata;
  assert.equal(signCallsOf(ca, request).length, 1, `${name}: calls of sign()`);
  const serials = mintedFor(ca, request).map((minted) => minted.serialHex);
  assert.deepEqual(serials, [serialHex], `${name}: certificates made, and the one published`);
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
