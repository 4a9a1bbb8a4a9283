import type { NamespacedName } from "@countersign/issuer/inspect";
import { type Client, defineResource, type KubeObject } from "@countersign/kube";
import { look, objectIn } from "./seen.ts";

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly containers: readonly { readonly image?: string }[];
      };
    };
  };
  readonly status?: { readonly availableReplicas?: number };
}

const deployments = defineResource<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

/** cert-manager's controller, where it runs as its chart has it. */
export interface CertManagerController {
  readonly account: NamespacedName;
  /** Whether the account was looked up, not guessed. */
  readonly isFound: boolean;
  /** Of its image. */
  readonly version?: string;
  readonly availableReplicas?: number;
}

/** What cert-manager's own manifests call it. */
const USUAL: NamespacedName = { namespace: "cert-manager", name: "cert-manager" };

const LABELS = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";

/** Finds cert-manager's controller by the labels of its chart; else it is taken to be the usual one. */
export async function findCertManager(
  client: Client,
  options: { signal: AbortSignal; account?: NamespacedName | undefined },
): Promise<CertManagerController> {
  const { signal, account } = options;
  const seen = await look("list deployments.apps", () =>
    client.list(deployments, { labelSelector: LABELS, limit: 2, signal }),
  );
  const [found] = objectIn(seen)?.items ?? [];
  if (found === undefined) return { account: account ?? USUAL, isFound: account !== undefined };
  const { namespace = USUAL.namespace } = found.metadata;
  const { serviceAccountName: name = "default", containers } = found.spec.template.spec;
  const version = /:(v\d[^@]*)/.exec(containers[0]?.image ?? "")?.[1];
  return {
    account: account ?? { namespace, name },
    isFound: true,
    availableReplicas: found.status?.availableReplicas ?? 0,
    ...(version === undefined ? {} : { version }),
  };
}
