import type { Condition } from "@countersign/issuer";
import type { StoreChange } from "@countersign/kube";
import type { ConditionedObject } from "./object-row.ts";

/** One thing that has happened to an object. */
export type StateChange = {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
} & (
  | { readonly what: "created" | "deleted" }
  /** A condition that is new, or says something else than before. */
  | { readonly what: "condition"; readonly condition: Condition }
);

/** What a change of a store comes to. An object that was made anew under its name is both. */
export function stateChanges(
  kind: string,
  { before, after }: Pick<StoreChange<ConditionedObject>, "before" | "after">,
): StateChange[] {
  const object = after ?? before;
  if (object === undefined) return [];
  const { namespace, name } = object.metadata;
  const of = { kind, namespace, name };
  const isSame = before?.metadata.uid === after?.metadata.uid;
  const known = isSame ? (before?.status?.conditions ?? []) : [];
  const conditions = (after?.status?.conditions ?? []).filter(
    (condition) => !known.some((each) => saysTheSame(each, condition)),
  );
  return [
    ...(before !== undefined && !isSame ? [{ ...of, what: "deleted" as const }] : []),
    ...(after !== undefined && !isSame ? [{ ...of, what: "created" as const }] : []),
    ...conditions.map((condition) => ({ ...of, what: "condition" as const, condition })),
  ];
}

function saysTheSame(one: Condition, other: Condition): boolean {
  return (
    one.type === other.type &&
    one.status === other.status &&
    one.reason === other.reason &&
    one.message === other.message
  );
}

/** What has happened, without to what: `Ready=True, Issued: The certificate has been issued.` */
export function describeChange(change: StateChange): string {
  if (change.what !== "condition") return change.what;
  const { type, status, reason, message } = change.condition;
  const what = reason === undefined ? `${type}=${status}` : `${type}=${status}, ${reason}`;
  return message === undefined || message === "" ? what : `${what}: ${message}`;
}
