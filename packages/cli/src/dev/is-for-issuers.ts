import type { KubeObject } from "@countersign/kube";
import type { ServedKind } from "../cluster/discovery.ts";

/** The parts of an object that tell whose it is. */
interface Referring extends KubeObject {
  readonly spec?: {
    readonly issuerRef?: { readonly group?: string };
    readonly signerName?: string;
  };
}

/** Whether an object is an issuer of these kinds, or asks one of them for a certificate. */
export function isForIssuers(object: Referring, kinds: readonly ServedKind[]): boolean {
  const group = object.apiVersion.split("/")[0];
  const { issuerRef, signerName } = object.spec ?? {};
  return kinds.some(
    (each) =>
      (each.group === group && each.kind === object.kind) ||
      each.group === issuerRef?.group ||
      signerName?.startsWith(`${each.plural}.${each.group}/`),
  );
}
