import { defineResource, type KubeObject, type Resource } from "@countersign/kube";

/** What the API server answers to a TokenRequest. */
export interface TokenRequest extends KubeObject {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** Where the API server serves Namespaces. */
export const NAMESPACES: Resource = defineResource({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
});

export const SERVICE_ACCOUNTS: Resource = defineResource({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
});
