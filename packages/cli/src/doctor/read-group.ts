import { certificateRequests, type IssuerObject } from "@countersign/issuer";
import { certificateRequestKind, type NamespacedName } from "@countersign/issuer/inspect";
import {
  type Client,
  defineResource,
  type KubeObject,
  type Lease,
  objectKey,
} from "@countersign/kube";
import { reviewAccess } from "../cluster/access-review.ts";
import { findLeases, isSharded } from "../cluster/controller-leases.ts";
import type { ServedKind } from "../cluster/discovery.ts";
import { look, objectIn, type Seen } from "../cluster/seen.ts";
import { type ReadContext, readApprover } from "../explain/read-issuer.ts";
import { sinceMs } from "../explain/times.ts";
import { readDefinitions } from "./definitions.ts";
import { findAccounts } from "./find-accounts.ts";
import { findReferences } from "./find-references.ts";
import { neededRights } from "./needed-rights.ts";
import type { GroupSnapshot, KindIssuers, ReferenceSnapshot, ReviewedRight } from "./snapshot.ts";

/** What of a group cannot be read from the cluster. */
export interface GroupOptions {
  /** The controller's account; looked for where it is not given. */
  readonly account: NamespacedName | undefined;
  /** Where it serves requests; undefined for everywhere. */
  readonly namespaces: readonly string[] | undefined;
  /** Where what cluster issuers refer to is; that of the controller's account if undefined. */
  readonly clusterResourceNamespace: string | undefined;
  /** Whether it serves Kubernetes' own requests as well. */
  readonly certificateSigningRequests: boolean;
  /** The kinds of the author's definitions, of any group. */
  readonly expected: readonly ServedKind[];
  readonly now: Date;
}

/** Reads everything there is of an issuer's group. */
export async function readGroup(
  group: string,
  context: ReadContext,
  options: GroupOptions,
): Promise<GroupSnapshot> {
  const { client, discovery, signal } = context;
  const kinds = (await discovery.kindsOf(group)).filter(({ kind }) => kind.endsWith("Issuer"));
  const [definitions, issuers, approvers, leases, accounts, unfinished] = await Promise.all([
    readDefinitions(client, group, signal),
    Promise.all(kinds.map((kind) => readIssuersOf(kind, client, signal))),
    Promise.all(kinds.map((kind) => approverOf(kind, context))),
    findLeases(client, group, signal),
    accountsOf(kinds, context, options),
    readUnfinished(group, context, options.now),
  ]);
  const [account] = objectIn(accounts) ?? [];
  const isOurs = isCountersign(group, issuers, leases);
  return {
    group,
    kinds,
    expected: options.expected.filter((each) => each.group === group),
    definitions,
    issuers,
    approvers,
    leases,
    accounts,
    rights: await reviewRights({ kinds, leases, accounts, isOurs }, context, options),
    references: await readReferences({ issuers, account }, context, options),
    unfinished,
  };
}

async function readIssuersOf(
  kind: ServedKind,
  client: Client,
  signal: AbortSignal,
): Promise<KindIssuers> {
  const resource = defineResource<IssuerObject>({ ...kind });
  const issuers = await look(`list ${kind.plural}.${kind.group}`, async () => {
    const { items } = await client.list(resource, { signal });
    return items;
  });
  return { kind, issuers };
}

function approverOf(kind: ServedKind, context: ReadContext): ReturnType<typeof readApprover> {
  // No issuer has this name: only the right for all of the kind is asked for.
  const reference = { group: kind.group, kind: kind.kind, name: "*" };
  const absent = { is: "absent" as const };
  const served = { is: "served" as const, kind };
  return readApprover({ reference, served, issuer: absent, leases: absent }, context);
}

async function accountsOf(
  kinds: readonly ServedKind[],
  { client, signal }: ReadContext,
  { account }: GroupOptions,
): Promise<Seen<readonly NamespacedName[]>> {
  if (account !== undefined) return { is: "there", object: [account] };
  return findAccounts(client, kinds, signal);
}

/** Whether a controller of ours serves a group: it writes as the group, or holds its lease. */
function isCountersign(
  group: string,
  issuers: readonly KindIssuers[],
  leases: Seen<readonly Lease[]>,
): boolean {
  const fields = issuers
    .flatMap((each) => objectIn(each.issuers) ?? [])
    .flatMap(({ metadata }) => (metadata.managedFields ?? []) as readonly { manager?: string }[]);
  const isLeading = (objectIn(leases) ?? []).some(({ metadata }) => metadata.name === group);
  return isLeading || fields.some(({ manager }) => manager === group);
}

async function reviewRights(
  of: {
    kinds: readonly ServedKind[];
    leases: Seen<readonly Lease[]>;
    accounts: Seen<readonly NamespacedName[]>;
    isOurs: boolean;
  },
  { client }: ReadContext,
  { namespaces, certificateSigningRequests }: GroupOptions,
): Promise<ReviewedRight[]> {
  const leases = objectIn(of.leases) ?? [];
  const [lease] = leases;
  const { namespace = "", name = "" } = lease?.metadata ?? {};
  const isDivided = isSharded(leases);
  const needed = neededRights(of.kinds, {
    namespaces,
    certificateSigningRequests,
    lease: lease === undefined || isDivided ? undefined : { namespace, name },
    shards: isDivided ? { namespace } : undefined,
  });
  const accounts = objectIn(of.accounts) ?? [];
  const reviewed = needed.filter(({ isGeneral }) => of.isOurs || isGeneral);
  return Promise.all(
    accounts.flatMap((account) =>
      reviewed.map(async (each) => {
        const isAllowed = await reviewAccess(client, account, each.access);
        return { account, needed: each, isAllowed };
      }),
    ),
  );
}

const REFERENCES = {
  Secret: defineResource<KubeObject>({
    group: "",
    version: "v1",
    kind: "Secret",
    plural: "secrets",
    namespaced: true,
  }),
  ConfigMap: defineResource<KubeObject>({
    group: "",
    version: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    namespaced: true,
  }),
};

function readReferences(
  of: { issuers: readonly KindIssuers[]; account: NamespacedName | undefined },
  { client, signal }: ReadContext,
  options: GroupOptions,
): Promise<ReferenceSnapshot[]> {
  const { account } = of;
  const clusterNamespace = options.clusterResourceNamespace ?? account?.namespace;
  const found = of.issuers.flatMap(({ kind, issuers }) =>
    (objectIn(issuers) ?? []).flatMap((issuer) =>
      findReferences(issuer.spec).flatMap((reference) => {
        const namespace = reference.namespace ?? issuer.metadata.namespace ?? clusterNamespace;
        const name = `${kind.kind} ${objectKey(issuer.metadata)}`;
        return namespace === undefined ? [] : [{ ...reference, namespace, issuer: name }];
      }),
    ),
  );
  return Promise.all(
    found.map(async ({ issuer, kind, namespace, name }) => {
      const resource = REFERENCES[kind];
      const right = `list ${resource.plural} in namespace ${namespace}`;
      const seen = await look(right, async () => {
        // The metadata alone: what is in a Secret is not to pass through here.
        const fieldSelector = `metadata.name=${name}`;
        const options = { namespace, fieldSelector, metadataOnly: true, signal };
        const { items } = await client.list(resource, options);
        return items[0];
      });
      const access = { verb: "get", group: "", resource: resource.plural, namespace, name };
      const readable =
        account === undefined
          ? undefined
          : { access, isAllowed: await reviewAccess(client, account, access) };
      return { issuer, kind, namespace, name, seen: orAbsent(seen), readable };
    }),
  );
}

function orAbsent<T>(seen: Seen<T | undefined>): Seen<T> {
  if (seen.is !== "there") return seen;
  return seen.object === undefined ? { is: "absent" } : { is: "there", object: seen.object };
}

/** How long a request may be open before it is worth a look. */
const LONG_MS = 5 * 60_000;

async function readUnfinished(
  group: string,
  { client, signal }: ReadContext,
  now: Date,
): Promise<Seen<readonly KubeObject[]>> {
  return look("list certificaterequests.cert-manager.io", async () => {
    const { items } = await client.list(certificateRequests, { signal });
    return items.filter((request) => {
      if (request.spec.issuerRef.group !== group) return false;
      const phase = certificateRequestKind.phaseOf(request);
      const isOpen = phase === "open" || phase === "unapproved";
      return isOpen && sinceMs(request.metadata.creationTimestamp, now) > LONG_MS;
    });
  });
}
