import type { Condition } from "@countersign/issuer";
import type { KubeObject } from "@countersign/kube";

/** An object whose state is told by conditions. */
export interface ConditionedObject extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Of a request: what was issued. */
    readonly certificate?: string;
  };
}

/** Where one object stands: a line of the table. */
export interface ObjectRow {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Whether it is what it is there for: a usable issuer, an issued certificate. */
  readonly ready: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
}

/** What tells most of an object without Ready, such as a CertificateSigningRequest. */
const IN_PLACE_OF_READY = ["Failed", "Denied", "InvalidRequest", "Approved"] as const;

/** Reads an object's state from its conditions. */
export function rowOf(object: ConditionedObject): ObjectRow {
  const { kind, metadata, status } = object;
  const { namespace, name, creationTimestamp: createdAt } = metadata;
  return { kind, namespace, name, createdAt, ...stateOf(status ?? {}) };
}

function stateOf({
  conditions = [],
  certificate = "",
}: NonNullable<ConditionedObject["status"]>): Pick<ObjectRow, "ready" | "reason" | "message"> {
  const find = (type: string): Condition | undefined =>
    conditions.find((condition) => condition.type === type);
  const ready = find("Ready");
  const issuing = find("Issuing");
  if (ready?.status !== "True" && issuing?.status === "False" && issuing.message) {
    // A Certificate's Ready says then only that there is no Secret.
    return { ready: "False", ...reasonAndMessage(issuing) };
  }
  if (ready !== undefined) return { ready: ready.status, ...reasonAndMessage(ready) };
  if (certificate !== "") return { ready: "True", reason: "Issued", message: "" };
  const type = IN_PLACE_OF_READY.find((each) => find(each)?.status === "True");
  if (type === undefined)
    return { ready: "Unknown", reason: "", message: "nothing is said of it yet" };
  return { ready: "False", reason: type, message: find(type)?.message ?? "" };
}

function reasonAndMessage({ reason = "", message = "" }: Condition): {
  reason: string;
  message: string;
} {
  return { reason, message };
}

/** `AcmeIssuer default/test`, `AcmeClusterIssuer test`. */
export function nameOfRow({
  kind,
  namespace,
  name,
}: Pick<ObjectRow, "kind" | "namespace" | "name">): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
