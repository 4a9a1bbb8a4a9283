import type { KubeObject } from "@countersign/kube";
import type { Condition } from "../condition.ts";

/** An object as a model's API server stores it: a request, an issuer or a Secret. */
export interface ModelObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: ModelStatus;
  readonly data?: Readonly<Record<string, string>>;
}

/** The parts of a status that anybody here writes. */
export interface ModelStatus {
  readonly conditions?: readonly Condition[];
  readonly certificate?: string;
  readonly ca?: string;
  readonly failureTime?: string;
}

/** Whether the object has the condition at True. Written for the laws: it owes nothing to what they judge. */
export function hasTrue(object: ModelObject, type: string): boolean {
  return (object.status?.conditions ?? []).some(
    (each) => each.type === type && each.status === "True",
  );
}

/** Which of two versions of one object is newer. */
export function isNewer(a: ModelObject, b: ModelObject): boolean {
  return Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion);
}
