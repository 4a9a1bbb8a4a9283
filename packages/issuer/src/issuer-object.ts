import type { KubeObject } from "@countersign/kube";
import type { Condition } from "./condition.ts";

/** An issuer resource as it is stored: its spec is whatever its CRD let in, maybe long ago. */
export interface IssuerObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: { readonly conditions?: readonly Condition[] };
}
