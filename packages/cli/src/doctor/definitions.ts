import type { Condition } from "@countersign/issuer";
import { findCondition } from "@countersign/issuer/inspect";
import { type Client, defineResource, type KubeObject, type Resource } from "@countersign/kube";
import { look, type Seen } from "../cluster/seen.ts";
import type { Definition } from "./snapshot.ts";

/** An apiextensions.k8s.io/v1 CustomResourceDefinition: what is read of it here. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly storedVersions?: readonly string[];
  };
}

/** Where the API server serves them. */
export const customResourceDefinitions: Resource<CustomResourceDefinition> = defineResource({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

/** Reads the definitions of a group. */
export async function readDefinitions(
  client: Client,
  group: string,
  signal: AbortSignal,
): Promise<Seen<readonly Definition[]>> {
  return look("list customresourcedefinitions.apiextensions.k8s.io", async () => {
    const { items } = await client.list(customResourceDefinitions, { signal });
    return items.filter(({ spec }) => spec.group === group).map(definitionOf);
  });
}

/** Reads how a definition stands. */
export function definitionOf({ metadata, spec, status }: CustomResourceDefinition): Definition {
  const { conditions, storedVersions = [] } = status ?? {};
  const established = findCondition(conditions, "Established");
  const inTheWay = conditions?.find(
    ({ type, status: is }) =>
      (type === "NamesAccepted" && is !== "True") ||
      (type === "NonStructuralSchema" && is === "True"),
  );
  const message = inTheWay?.message ?? established?.message;
  return {
    name: metadata.name,
    isEstablished: established?.status === "True",
    storedVersions,
    servedVersions: spec.versions.flatMap(({ name, served }) => (served ? [name] : [])),
    ...(message === undefined ? {} : { message }),
  };
}
