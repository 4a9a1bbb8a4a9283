import type { KubeObject } from "@countersign/kube";

/** An object to apply, of any kind. */
export interface Manifest extends KubeObject {
  readonly [field: string]: unknown;
}
