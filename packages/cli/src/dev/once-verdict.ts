import type { NamespacedName } from "@countersign/kube";
import { type ConditionedObject, nameOfRow, type ObjectRow, rowOf } from "./object-row.ts";

/** Whether what was waited for has come. */
export type Verdict =
  | { readonly is: "ready" }
  /** The Certificates that have failed: a sentence each. */
  | { readonly is: "failed"; readonly reasons: readonly string[] }
  /** What each Certificate that is not ready waits for: a sentence each. */
  | { readonly is: "open"; readonly waits: readonly string[] };

/** A Certificate, as far as it tells where it stands. */
interface CertificateObject extends ConditionedObject {
  readonly status?: ConditionedObject["status"] & { readonly lastFailureTime?: string };
}

/**
 * Decides whether all of some Certificates are Ready, or whether one has failed since `since`:
 * cert-manager would try that again after an hour. What an earlier spec has come to does not count.
 */
export function verdictOn(
  certificates: readonly NamespacedName[],
  objects: readonly ConditionedObject[],
  since: Date,
): Verdict {
  const states = certificates.map((target) => {
    const object = objects.find((each) => isCertificate(each) && isNamed(each, target));
    return { target, object, is: stateOf(object, since) };
  });
  const failed = states.filter(({ is }) => is === "failed");
  const open = states.filter(({ is }) => is === "open");
  const say = ({ target, object }: (typeof states)[number]): string =>
    describe(target, object, objects);
  if (failed.length > 0) return { is: "failed", reasons: failed.map(say) };
  return open.length > 0 ? { is: "open", waits: open.map(say) } : { is: "ready" };
}

function stateOf(object: CertificateObject | undefined, since: Date): "ready" | "failed" | "open" {
  const { generation = 0 } = object?.metadata ?? {};
  const find = (type: string, status: string) =>
    object?.status?.conditions?.find(
      (each) =>
        each.type === type &&
        each.status === status &&
        (each.observedGeneration ?? generation) >= generation,
    );
  if (find("Ready", "True") !== undefined) return "ready";
  const failedAt = Date.parse(object?.status?.lastFailureTime ?? "");
  // The API server tells whole seconds.
  const isNew = failedAt >= Math.floor(since.getTime() / 1_000) * 1_000;
  return find("Issuing", "False") !== undefined && isNew ? "failed" : "open";
}

function isCertificate({ apiVersion, kind }: ConditionedObject): boolean {
  return apiVersion === "cert-manager.io/v1" && kind === "Certificate";
}

function isNamed({ metadata }: ConditionedObject, { namespace, name }: NamespacedName): boolean {
  return metadata.namespace === namespace && metadata.name === name;
}

/** The Certificate's own words, then those of its open request and of issuers that are not ready. */
function describe(
  target: NamespacedName,
  object: ConditionedObject | undefined,
  objects: readonly ConditionedObject[],
): string {
  const name = nameOfRow({ kind: "Certificate", namespace: target.namespace, name: target.name });
  if (object === undefined) return `${name} is not there yet`;
  const rows = [object, ...requestsOf(object, objects), ...issuersOf(object, objects)].map(rowOf);
  return rows
    .filter(({ ready }, index) => index === 0 || ready !== "True")
    .map(sayRow)
    .join("; ");
}

function sayRow(row: ObjectRow): string {
  const said = [row.reason, row.message].filter((text) => text !== "").join(": ");
  return said === ""
    ? `${nameOfRow(row)}: nothing is said of it yet`
    : `${nameOfRow(row)}: ${said}`;
}

/** cert-manager makes a Certificate the owner of its requests. */
function requestsOf(
  { metadata }: ConditionedObject,
  objects: readonly ConditionedObject[],
): readonly ConditionedObject[] {
  const owned = objects.filter((each) =>
    each.metadata.ownerReferences?.some((owner) => owner.uid === metadata.uid),
  );
  return owned.sort(byAge).slice(-1);
}

function byAge(one: ConditionedObject, other: ConditionedObject): number {
  const time = ({ metadata }: ConditionedObject): string => metadata.creationTimestamp ?? "";
  return time(one).localeCompare(time(other));
}

function issuersOf(
  certificate: ConditionedObject,
  objects: readonly ConditionedObject[],
): readonly ConditionedObject[] {
  const { spec } = certificate as { spec?: { issuerRef?: { kind?: string; name?: string } } };
  const { namespace } = certificate.metadata;
  return objects.filter(
    ({ kind, metadata }) =>
      kind === spec?.issuerRef?.kind &&
      metadata.name === spec?.issuerRef?.name &&
      (metadata.namespace === undefined || metadata.namespace === namespace),
  );
}
