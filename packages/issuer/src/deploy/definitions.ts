import { crdOf } from "../crd.ts";
import type { Json } from "../outcome.ts";
import { value, when } from "./expression.ts";
import type { Program } from "./program.ts";
import type { Template } from "./template.ts";

/** Makes the CRDs. Helm deletes what it finds no more in a release, and all issuers with it. */
export function definitionTemplates({ kinds }: Program): Template[] {
  return kinds.map((kind) => {
    const { apiVersion, kind: definition, metadata, spec } = crdOf(kind);
    const { name } = metadata;
    const annotations = when(value("crds.keep"), { "helm.sh/resource-policy": "keep" });
    return when(value("crds.enabled"), {
      apiVersion: apiVersion ?? null,
      kind: definition ?? null,
      metadata: { name, annotations },
      spec: spec as Json,
    });
  });
}
