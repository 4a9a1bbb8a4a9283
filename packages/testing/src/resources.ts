/** The kinds that this package and the tests of an issuer write. */
import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import {
  CERTIFICATES,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CUSTOM_RESOURCE_DEFINITIONS,
} from "./cert-manager/resources.ts";
import { NAMESPACES, SERVICE_ACCOUNTS } from "./control-plane/resources.ts";
import type { CertificateRequest } from "./objects/certificate-request.ts";
import type { Ingress } from "./objects/ingress.ts";
import type { Secret } from "./objects/secret.ts";

/** Where the API server serves Secrets. */
export const SECRETS: Resource<Secret> = core("Secret", "secrets");

/** Where the API server serves cert-manager's CertificateRequests. */
export const CERTIFICATE_REQUESTS: Resource<CertificateRequest> = defineResource({
  group: "cert-manager.io",
  version: "v1",
  kind: "CertificateRequest",
  plural: "certificaterequests",
  namespaced: true,
});

/** Where the API server serves Ingresses. */
export const INGRESSES: Resource<Ingress> = defineResource({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  namespaced: true,
});

/** All of them, to find a kind by its name. */
export const RESOURCES: readonly Resource[] = [
  NAMESPACES,
  SERVICE_ACCOUNTS,
  SECRETS,
  core("ConfigMap", "configmaps"),
  rbac("Role", "roles"),
  rbac("RoleBinding", "rolebindings"),
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CUSTOM_RESOURCE_DEFINITIONS,
  CERTIFICATES,
  CERTIFICATE_REQUESTS,
  INGRESSES,
];

function core<T extends KubeObject>(kind: string, plural: string): Resource<T> {
  return defineResource({ group: "", version: "v1", kind, plural, namespaced: true });
}

function rbac(kind: string, plural: string): Resource {
  const group = "rbac.authorization.k8s.io";
  return defineResource({ group, version: "v1", kind, plural, namespaced: true });
}
