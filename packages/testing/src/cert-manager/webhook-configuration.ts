import type { KubeObject } from "@countersign/kube";

const NAME = "cert-manager-webhook";

interface WebhookRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** An admissionregistration.k8s.io/v1 configuration of either kind. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks: readonly {
    readonly name: string;
    readonly clientConfig: { readonly url: string; readonly caBundle: string };
    readonly rules: readonly WebhookRule[];
    readonly failurePolicy: "Fail";
    readonly matchPolicy: "Equivalent";
    readonly sideEffects: "None";
    readonly timeoutSeconds: number;
    readonly admissionReviewVersions: readonly string[];
  }[];
}

/** What cert-manager's webhook checks, and where it is. */
export function validatingWebhookConfiguration(server: {
  url: string;
  caPem: string;
}): WebhookConfiguration {
  return configuration("ValidatingWebhookConfiguration", {
    server: { ...server, url: `${server.url}/validate` },
    rule: {
      apiGroups: ["cert-manager.io", "acme.cert-manager.io"],
      apiVersions: ["v1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["*/*"],
    },
  });
}

/** What cert-manager's webhook fills in: who made a CertificateRequest. */
export function mutatingWebhookConfiguration(server: {
  url: string;
  caPem: string;
}): WebhookConfiguration {
  return configuration("MutatingWebhookConfiguration", {
    server: { ...server, url: `${server.url}/mutate` },
    rule: {
      apiGroups: ["cert-manager.io"],
      apiVersions: ["v1"],
      operations: ["CREATE"],
      resources: ["certificaterequests"],
    },
  });
}

/** By URL instead of by service: the API server reaches it on loopback without a cluster network. */
function configuration(
  kind: string,
  { server, rule }: { server: { url: string; caPem: string }; rule: WebhookRule },
): WebhookConfiguration {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: NAME },
    webhooks: [
      {
        name: "webhook.cert-manager.io",
        clientConfig: { url: server.url, caBundle: Buffer.from(server.caPem).toString("base64") },
        rules: [rule],
        failurePolicy: "Fail",
        matchPolicy: "Equivalent",
        sideEffects: "None",
        timeoutSeconds: 10,
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}
