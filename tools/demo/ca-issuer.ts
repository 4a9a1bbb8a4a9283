import { defineResource, type KubeObject, type Resource } from "@countersign/kube";

/** A CAIssuer as it is applied. */
export interface CaIssuer extends KubeObject {
  readonly spec: { readonly secretName: string };
}

/** Where the API server serves our CAIssuers. */
export const caIssuers: Resource<CaIssuer> = defineResource({
  group: "issuers.countersign.dev",
  version: "v1alpha1",
  kind: "CAIssuer",
  plural: "caissuers",
  namespaced: true,
});

/** A CAIssuer whose CA lies in a Secret of its namespace. */
export function caIssuer(options: {
  namespace: string;
  name: string;
  secretName: string;
}): CaIssuer {
  const { namespace, name, secretName } = options;
  return {
    apiVersion: "issuers.countersign.dev/v1alpha1",
    kind: "CAIssuer",
    metadata: { namespace, name },
    spec: { secretName },
  };
}
