import { crdOf } from "./crd.ts";
import { type IssuerDefinition, kindsOf } from "./define-issuer.ts";
import type { Manifest } from "./manifest.ts";
import { type RbacOptions, rbacOf } from "./rbac.ts";

/** What the controller of some issuer types needs in a cluster: what `manifests` prints. */
export interface Manifests {
  readonly crds: readonly Manifest[];
  readonly rbac: readonly Manifest[];
}

/** Makes a program's manifests from its definitions alone. */
export function manifestsOf(
  definitions: readonly IssuerDefinition[],
  options: RbacOptions,
): Manifests {
  const kinds = kindsOf(definitions);
  return { crds: kinds.map(crdOf), rbac: rbacOf(kinds, options) };
}
