import { crdOf, defineIssuer, type IssuerObject, kindsOf } from "@countersign/issuer";
import { type Client, defineResource, leases, type Resource } from "@countersign/kube";
import { applyObjects, CERTIFICATE_REQUESTS } from "@countersign/testing";
import * as z from "zod";

/** The kind of every group here. */
export const KIND = "LostIssuer";

/** An issuer type that no controller serves: its objects are as a test writes them. */
export interface UnservedGroup {
  readonly group: string;
  readonly resource: Resource<IssuerObject & { readonly spec: object }>;
}

/** Installs the kind of a group, and nothing that would serve it. */
export async function installUnserved(client: Client, group: string): Promise<UnservedGroup> {
  const definition = defineIssuer({
    group,
    version: "v1",
    kinds: { issuer: KIND },
    spec: z.object({ secretName: z.string().optional(), round: z.number().optional() }),
    async check() {},
    async sign() {
      throw new Error("nobody calls this");
    },
  });
  await applyObjects(client, kindsOf([definition]).map(crdOf));
  const plural = `${KIND.toLowerCase()}s`;
  const resource = defineResource<IssuerObject & { readonly spec: object }>({
    group,
    version: "v1",
    kind: KIND,
    plural,
    namespaced: true,
  });
  return { group, resource };
}

/** What stands in an issuer's condition Ready. */
export interface Ready {
  readonly status: "True" | "False";
  readonly message: string;
  readonly observedGeneration?: number;
}

/** Creates an issuer, Ready unless another condition is given; `null` for none. */
export async function createUnserved(
  client: Client,
  { group, resource }: UnservedGroup,
  issuer: { namespace: string; name: string; ready?: Ready | null },
): Promise<void> {
  const { namespace, name, ready = { status: "True", message: "The issuer can issue." } } = issuer;
  await client.create(resource, { metadata: { namespace, name }, spec: {} });
  if (ready === null) return;
  const condition = {
    type: "Ready",
    reason: ready.status === "True" ? "Checked" : "Pending",
    lastTransitionTime: "2026-01-02T03:04:05Z",
    observedGeneration: 1,
    ...ready,
  };
  const status = { conditions: [condition] };
  await client.applyStatus(
    resource,
    { metadata: { namespace, name }, status },
    { fieldOwner: group },
  );
}

/** Writes the lease by which a group's controller would work. */
export async function writeLease(
  client: Client,
  lease: { namespace: string; name: string; holder: string; renewTime: Date },
): Promise<void> {
  const { namespace, name, holder, renewTime } = lease;
  const spec = {
    holderIdentity: holder,
    leaseDurationSeconds: 3_600,
    renewTime: renewTime.toISOString().replace("Z", "000Z"),
  };
  await client.apply(
    leases,
    { metadata: { namespace, name }, spec },
    { fieldOwner: "a-controller" },
  );
}

/** What a controller would have written to a request. */
export async function writeRequestStatus(
  client: Client,
  target: { namespace: string; name: string },
  conditions: readonly { type: string; status: string; reason: string; message: string }[],
): Promise<void> {
  const live = await client.get(CERTIFICATE_REQUESTS, target);
  const lastTransitionTime = new Date().toISOString();
  const added = conditions.map((each) => ({ lastTransitionTime, ...each }));
  const status = { conditions: [...(live.status?.conditions ?? []), ...added] };
  const written = Object.assign({}, live, { status: { ...live.status, ...status } });
  await client.replace(CERTIFICATE_REQUESTS, written, { subresource: "status" });
}

/** An approval as an approver would have written it a while ago. */
export function approvedAt(time: Date): {
  type: string;
  status: string;
  reason: string;
  message: string;
} {
  const condition = { type: "Approved", status: "True", reason: "test", message: "by the test" };
  return Object.assign(condition, { lastTransitionTime: time.toISOString() });
}
