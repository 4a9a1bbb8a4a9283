/** Requests, made and approved as cert-manager makes and approves them. */
import type { Client } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, certificateRequest } from "@countersign/testing";
import { newCsrPem } from "../../test/cluster/requests.ts";
import type { Contender } from "./contender.ts";
import { inParallel } from "./in-parallel.ts";

/** Calls of the bench at a time: enough to keep the API server busy. */
const WIDTH = 50;

/** Of all requests: what a key costs its owner is not the question. */
const csrPem = await newCsrPem("web.example.com");

/** Whose requests to make. */
export type RequestOwner = Pick<Contender, "namespace" | "issuerRef">;

/** Creates a request and approves it, in two calls. */
export async function createApprovedRequest(
  client: Client,
  { namespace, issuerRef }: RequestOwner,
  name: string,
): Promise<void> {
  const draft = certificateRequest({
    namespace,
    name,
    csrPem,
    issuerRef,
    usages: ["digital signature", "key encipherment"],
    annotations: {
      "cert-manager.io/certificate-name": name,
      "cert-manager.io/certificate-revision": "1",
      "cert-manager.io/private-key-secret-name": `${name}-5x7kq`,
    },
  });
  const created = await client.create(CERTIFICATE_REQUESTS, draft);
  const approved = {
    type: "Approved",
    status: "True" as const,
    reason: "cert-manager.io",
    message: "Certificate request has been approved by cert-manager.io",
    lastTransitionTime: new Date().toISOString(),
  };
  await client.replace(
    CERTIFICATE_REQUESTS,
    { ...created, status: { conditions: [approved] } },
    { subresource: "status" },
  );
}

/** Creates a backlog: approved requests `<prefix>-0` and so on. */
export async function createBacklog(
  client: Client,
  owner: RequestOwner,
  { count, prefix = "request" }: { count: number; prefix?: string },
): Promise<void> {
  await inParallel({ count, width: WIDTH }, (index) =>
    createApprovedRequest(client, owner, `${prefix}-${index}`),
  );
}

/** Deletes requests, so that the next run finds the cluster as the last one did. */
export async function deleteRequests(
  client: Client,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  await inParallel({ count: names.length, width: WIDTH }, async (index) => {
    const name = names[index] ?? "";
    await client.delete(CERTIFICATE_REQUESTS, { namespace, name });
  });
}
