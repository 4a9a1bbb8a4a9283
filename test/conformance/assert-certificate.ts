import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { parseGoDuration } from "@countersign/issuer";
import type { Client } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATES,
  type Certificate,
  SECRETS,
  type Secret,
} from "@countersign/testing";
import type { Certificate as X509 } from "@countersign/x509";
import { conditionOf, waitFor } from "../cluster/wait.ts";
import { assertIssued, decode, type Wanted } from "./assert-issued.ts";

/** cert-manager's default. */
const DEFAULT_DURATION = "2160h";

type Place = { readonly namespace: string; readonly name: string };

/** Waits until a Certificate is Ready as it stands now, and nothing of it is being issued. */
export function waitForReady(client: Client, place: Place, revision = 1): Promise<Certificate> {
  return waitFor(client, { resource: CERTIFICATES, ...place }, (object) => {
    const ready = conditionOf(object, "Ready");
    return (
      ready?.status === "True" &&
      ready.observedGeneration === object.metadata.generation &&
      conditionOf(object, "Issuing")?.status !== "True" &&
      (object.status?.revision ?? 0) >= revision
    );
  });
}

/** Makes sure that a Ready Certificate, its Secret and its request are as cert-manager's tests want. */
export async function assertCertificate(
  client: Client,
  certificate: Certificate,
  /** PEM. */
  ca: string,
): Promise<X509> {
  const { metadata, spec, status } = certificate;
  const namespace = metadata.namespace ?? "";
  const secret = await client.get(SECRETS, { namespace, name: spec.secretName });
  assert.deepEqual(Object.keys(secret.data).sort(), ["ca.crt", "tls.crt", "tls.key"]);
  assert.equal(secret.metadata.annotations?.["cert-manager.io/certificate-name"], metadata.name);
  assert.equal(decode(secret.data["ca.crt"]), ca);
  assertKeyOf(secret, spec);
  const pems = { certificate: decode(secret.data["tls.crt"]), key: decode(secret.data["tls.key"]) };
  const leaf = assertIssued({ ...pems, ca }, wantedOf(spec));
  assert.equal(leaf.notAfter.getTime(), Date.parse(status?.notAfter ?? ""));

  const name = `${metadata.name}-${status?.revision}`;
  const request = await client.get(CERTIFICATE_REQUESTS, { namespace, name });
  const conditions = (request.status?.conditions ?? []).map(({ type, status, reason }) =>
    type === "Ready" ? `${type}=${status} ${reason}` : `${type}=${status}`,
  );
  assert.deepEqual(conditions.sort(), ["Approved=True", "Ready=True Issued"]);
  return leaf;
}

const KEY_TYPES: Readonly<Record<string, string>> = { RSA: "rsa", ECDSA: "ec", Ed25519: "ed25519" };

function assertKeyOf(secret: Secret, { privateKey }: Certificate["spec"]): void {
  const key = createPrivateKey(decode(secret.data["tls.key"]));
  assert.equal(key.asymmetricKeyType, KEY_TYPES[privateKey?.algorithm ?? "RSA"]);
}

function wantedOf(spec: Certificate["spec"]): Wanted {
  return {
    names: [
      ...(spec.dnsNames ?? []).map((name) => `dns:${name}`),
      ...(spec.ipAddresses ?? []).map((name) => `ip:${name}`),
      ...(spec.uris ?? []).map((name) => `uri:${name}`),
      ...(spec.emailAddresses ?? []).map((name) => `email:${name}`),
      ...(spec.otherNames ?? []).map(({ oid, utf8Value }) => `otherName:${oid}:${utf8Value}`),
    ],
    subject: spec.literalSubject ?? subjectOf(spec),
    isCA: spec.isCA ?? false,
    durationMs: parseGoDuration(spec.duration ?? DEFAULT_DURATION),
    usages: spec.usages ?? [],
  };
}

/** RFC 4514 has the last attribute first. */
function subjectOf({ commonName, subject }: Certificate["spec"]): string {
  const organizations = (subject?.organizations ?? []).map((each) => `O=${each}`).join("+");
  return [commonName && `CN=${commonName}`, organizations].filter(Boolean).join(",");
}
