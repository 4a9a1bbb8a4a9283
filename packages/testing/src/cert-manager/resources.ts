/** The kinds that installing cert-manager writes. */
import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import type { Certificate } from "../objects/certificate.ts";
import type { PolicyRule } from "./rules.ts";
import type { WebhookConfiguration } from "./webhook-configuration.ts";

/** The parts of an apiextensions.k8s.io/v1 CustomResourceDefinition that are read here. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: unknown;
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface ClusterRole extends KubeObject {
  readonly rules: readonly PolicyRule[];
}

interface ClusterRoleBinding extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
  }[];
}

export const CUSTOM_RESOURCE_DEFINITIONS: Resource<CustomResourceDefinition> = defineResource({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

export const CLUSTER_ROLES: Resource<ClusterRole> = defineResource({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
});

export const CLUSTER_ROLE_BINDINGS: Resource<ClusterRoleBinding> = defineResource({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
});

export const VALIDATING_WEBHOOKS: Resource<WebhookConfiguration> = defineResource({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
});

export const MUTATING_WEBHOOKS: Resource<WebhookConfiguration> = defineResource({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  namespaced: false,
});

/** Where the API server serves cert-manager's Certificates. */
export const CERTIFICATES: Resource<Certificate> = defineResource({
  group: "cert-manager.io",
  version: "v1",
  kind: "Certificate",
  plural: "certificates",
  namespaced: true,
});
