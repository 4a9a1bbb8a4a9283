import type { Client, KubeObject } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  certificateRequest,
  type IssuerRef,
} from "@countersign/testing";
import { createCsr, createKeySigner, parseCertificates } from "@countersign/x509";
import { newKeyPem } from "./certificate-authority.ts";

/** Makes a CSR with a key of its own. */
export function newCsrPem(dnsName: string): Promise<string> {
  const signer = createKeySigner(newKeyPem());
  return createCsr({ subject: { commonName: dnsName }, dnsNames: [dnsName], signer });
}

/** Creates a CertificateRequest with no Certificate behind it: no owner, no annotations. */
export async function createRequest(
  client: Client,
  request: { namespace: string; name: string; issuerRef: IssuerRef; csrPem?: string },
): Promise<CertificateRequest> {
  const csrPem = request.csrPem ?? (await newCsrPem(`${request.name}.example.com`));
  return client.create(CERTIFICATE_REQUESTS, certificateRequest({ ...request, csrPem }));
}

/** Approves or denies a request, as an approver does. */
export async function decideRequest(
  client: Client,
  target: { namespace: string; name: string },
  type: "Approved" | "Denied",
): Promise<void> {
  const live = await client.get(CERTIFICATE_REQUESTS, target);
  const condition = {
    type,
    status: "True" as const,
    reason: "test",
    message: `${type} by the test`,
    lastTransitionTime: new Date().toISOString(),
  };
  const others = (live.status?.conditions ?? []).filter((each) => each.type !== type);
  const conditions = [...others, condition];
  const decided = { ...live, status: { ...live.status, conditions } };
  await client.replace(CERTIFICATE_REQUESTS, decided, { subresource: "status" });
}

/** The subject of the certificate that a request has got. */
export function issuedSubject(request: CertificateRequest): string | undefined {
  const pem = Buffer.from(request.status?.certificate ?? "", "base64").toString("utf8");
  return pem === "" ? undefined : parseCertificates(pem)[0]?.subject;
}

/** Who has written to an object, as server-side apply and updates record it. */
export function writersOf(object: KubeObject): string[] {
  const fields = (object.metadata.managedFields ?? []) as { manager?: string }[];
  return fields.map((entry) => entry.manager ?? "").sort();
}
