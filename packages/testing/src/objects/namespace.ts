import type { KubeObject } from "@countersign/kube";

/** A Namespace. */
export function namespace(name: string, labels?: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...(labels && { labels }) } };
}
