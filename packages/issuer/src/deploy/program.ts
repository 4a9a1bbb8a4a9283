import type { DefinedKind } from "../define-issuer.ts";
import { all, literal, NAME, NAMESPACE, not, value } from "./expression.ts";
import type { Expression, Template } from "./template.ts";

/** The program that is deployed, as far as its manifests depend on it. */
export interface Program {
  readonly kinds: readonly DefinedKind[];
  /** What it is called, whatever a release of it is called. */
  readonly programName: string;
}

/** What pods are found by; it can never be changed. */
export function selectorOf({ programName }: Program): Readonly<Record<string, Expression>> {
  return { "app.kubernetes.io/name": literal(programName), "app.kubernetes.io/instance": NAME };
}

/** Metadata of what belongs to the release. */
export function metaOf(
  program: Program,
  { name = NAME, namespace = NAMESPACE }: { name?: Template; namespace?: Template } = {},
): { readonly [field: string]: Template } {
  return { name, namespace, labels: selectorOf(program) };
}

/** Metadata of what belongs to the release and to no namespace. */
export function clusterMetaOf(
  program: Program,
  name: Template = NAME,
): { readonly [field: string]: Template } {
  return { name, labels: selectorOf(program) };
}

/** Whether one of several pods works; sharding has all of them work. */
export const IS_ELECTED: Expression<boolean> = all(
  value("leaderElection.enabled"),
  not(value("sharding.enabled")),
);

/** Whoever serves the same group must not work beside us. */
export function leaseNameOf({ kinds }: Program): string {
  return kinds[0]?.group ?? "";
}
