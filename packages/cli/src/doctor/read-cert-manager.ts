import { readApprovalSupport } from "@countersign/issuer";
import { readApprovalSafety } from "@countersign/issuer/inspect";
import { type Client, type Lease, leases } from "@countersign/kube";
import type { CertManagerController } from "../cluster/cert-manager-account.ts";
import { CERT_MANAGER_LEASE } from "../cluster/controller-leases.ts";
import { look, objectIn } from "../cluster/seen.ts";
import type { ReadContext } from "../explain/read-issuer.ts";
import { customResourceDefinitions } from "./definitions.ts";
import type { CertManagerSnapshot } from "./snapshot.ts";

/** Reads how cert-manager stands; its API is looked into only where it has one. */
export async function readCertManager(
  controller: CertManagerController,
  { client, discovery, signal }: ReadContext,
): Promise<CertManagerSnapshot> {
  const kinds = await discovery.kindsOf("cert-manager.io");
  const isThere = kinds.length > 0;
  const [version, approval, isApprovalSafe, ofController] = await Promise.all([
    readVersion(client, signal),
    isThere ? readApprovalSupport(client, { signal }) : ("unknown" as const),
    isThere ? readApprovalSafety(client, { signal }) : true,
    look("list leases.coordination.k8s.io", () => readLeases(client, signal)),
  ]);
  return {
    kinds,
    version: version ?? controller.version,
    approval,
    isApprovalSafe,
    controller,
    leases: ofController,
  };
}

/** cert-manager's chart labels its definitions with its version. */
async function readVersion(client: Client, signal: AbortSignal): Promise<string | undefined> {
  const name = "certificaterequests.cert-manager.io";
  const seen = await look("get customresourcedefinitions.apiextensions.k8s.io", () =>
    client.get(customResourceDefinitions, { name }, { signal }),
  );
  return objectIn(seen)?.metadata.labels?.["app.kubernetes.io/version"];
}

/** It is in kube-system unless a flag says otherwise. */
async function readLeases(client: Client, signal: AbortSignal): Promise<readonly Lease[]> {
  const { items } = await client.list(leases, {
    fieldSelector: `metadata.name=${CERT_MANAGER_LEASE}`,
    signal,
  });
  return items;
}
