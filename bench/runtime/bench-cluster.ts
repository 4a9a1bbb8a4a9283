import { crdOf, kindsOf } from "@countersign/issuer";
import { type Client, defineResource, type KubeObject } from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  installCertManagerCrds,
  namespace,
  startControlPlane,
} from "@countersign/testing";
import { type ConditionedObject, waitForCondition } from "../../test/cluster/wait.ts";
import { printProgress } from "../../tools/demo/print-step.ts";
import {
  type Contender,
  type ContenderName,
  NAMESPACES_OF_CONTENDERS,
  startContender,
} from "./contender.ts";
import { benchIssuer } from "./issuer/definition.ts";

/** A control plane of one case, with the kinds of all contenders and nobody who serves them. */
export interface BenchCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly client: Client;
  /** Each contender is a user of its own, so that the audit log tells them apart. */
  readonly kubeconfigs: Readonly<Record<ContenderName, string>>;
}

/**
 * Starts one. Of cert-manager it has the CustomResourceDefinitions alone: who approves is the bench,
 * and no webhook adds to what a write costs.
 */
export async function startBenchCluster(
  options: { audit?: boolean; progress?: typeof printProgress } = {},
): Promise<BenchCluster> {
  const { audit = false, progress = printProgress } = options;
  const controlPlane = await startControlPlane({ audit, progress });
  try {
    const { client } = controlPlane;
    await installCertManagerCrds(controlPlane, { version: "1.21.2", progress });
    await applyObjects(client, [
      ...Object.values(NAMESPACES_OF_CONTENDERS).map((name) => namespace(name)),
      ...kindsOf([benchIssuer]).map(crdOf),
      crdOfPeer("SimpleIssuer", "Namespaced"),
      crdOfPeer("SimpleClusterIssuer", "Cluster"),
    ]);
    const kubeconfigs = {
      ours: await kubeconfig(controlPlane, "ours"),
      peer: await kubeconfig(controlPlane, "peer"),
      "bare loop": await kubeconfig(controlPlane, "bare-loop"),
    };
    const stop = (): Promise<void> => controlPlane.stop();
    return { controlPlane, client, kubeconfigs, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

/** The name by which the audit log knows a contender. */
export function userOf(contender: Contender): string {
  return `bench-${contender.name.replace(" ", "-")}`;
}

/**
 * Creates a contender's issuer and runs the contender until it has marked it Ready: from then on a
 * start is a restart, as after an upgrade. The bare loop has none.
 */
export async function prepareIssuer(cluster: BenchCluster, contender: Contender): Promise<void> {
  if (contender.name === "bare loop") return;
  await createIssuer(cluster, contender);
  const process = await startContender(cluster, contender);
  await waitForIssuer(cluster, contender);
  await process.stop();
}

/** Creates an issuer of a contender's kind, by default the one that its requests refer to. */
export async function createIssuer(
  { client }: BenchCluster,
  contender: Contender,
  { name = contender.issuerRef.name, spec = {} }: { name?: string; spec?: object } = {},
): Promise<void> {
  const { namespace } = contender;
  await client.create(resourceOf(contender), { metadata: { namespace, name }, spec });
}

/** Waits until an issuer is Ready. */
export async function waitForIssuer(
  { client }: BenchCluster,
  contender: Contender,
  name: string = contender.issuerRef.name,
): Promise<void> {
  const { namespace } = contender;
  const target = { resource: resourceOf(contender), namespace, name };
  await waitForCondition(client, target, { type: "Ready", status: "True" });
}

function resourceOf({ issuerRef }: Contender) {
  const { group = "", kind = "" } = issuerRef;
  const plural = `${kind.toLowerCase()}s`;
  return defineResource<ConditionedObject & { spec: object }>({
    group,
    version: "v1alpha1",
    kind,
    plural,
    namespaced: true,
  });
}

async function kubeconfig(controlPlane: ControlPlane, name: string): Promise<string> {
  const user = { userName: `bench-${name}`, groups: ["system:masters"] };
  return controlPlane.createKubeconfig(name, user);
}

const ANYTHING = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function crdOfPeer(kind: string, scope: "Namespaced" | "Cluster"): KubeObject & { spec: object } {
  const group = "testing.cert-manager.io";
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const schema = {
    openAPIV3Schema: { type: "object", properties: { spec: ANYTHING, status: ANYTHING } },
  };
  const version = { name: "v1alpha1", served: true, storage: true, subresources: { status: {} } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular },
      versions: [{ ...version, schema }],
    },
  };
}
