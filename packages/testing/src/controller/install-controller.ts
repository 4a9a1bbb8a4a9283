/** Runs an issuer's program against a control plane, as a pod would run it. */
import type { Client, KubeObject } from "@countersign/kube";
import type { ControllerHost } from "../control-plane/control-plane.ts";
import { NAMESPACES } from "../control-plane/resources.ts";
import {
  createServiceAccountKubeconfig,
  type ServiceAccountKubeconfig,
} from "../control-plane/service-account-kubeconfig.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { applyObjects } from "./apply-objects.ts";

/** What to run, and what it needs. */
export interface ControllerOptions {
  /** Names its log file. */
  readonly name: string;
  /** Its CustomResourceDefinitions and rights, as it prints them. Their namespaces are made. */
  readonly manifests: readonly KubeObject[];
  /** Who it is, and nobody else: it never gets the administrator's rights. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  readonly command: string;
  readonly args?: readonly string[];
  /** Beside PATH and KUBECONFIG. Probes are served on loopback, on a free port, unless it says otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Where it reaches the API server: the `url` of `startFaultProxy()`. @default the control plane's */
  readonly url?: string;
  /** Who its objects belong to. @default "countersign-testing" */
  readonly fieldOwner?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A program that runs with a service account's token. */
export interface InstalledController {
  /** Another one after `restart()`. */
  readonly process: SupervisedProcess;
  readonly identity: ServiceAccountKubeconfig;
  /** Starts the program again, after the one that runs has ended. */
  restart(): Promise<SupervisedProcess>;
}

/** The flag of Go's controllers, as ours read it from the environment. */
const LOOPBACK = { HEALTH_PROBE_BIND_ADDRESS: "127.0.0.1:0" };

/** Between SIGTERM and SIGKILL: an issuer is to end in good order. */
const GRACE_MS = 5_000;

/**
 * Applies a program's manifests and starts it with a real, bound token of its service account in a
 * file, as a pod has it: what its manifests do not grant, it may not do.
 */
export async function installController(
  controlPlane: ControllerHost,
  options: ControllerOptions,
): Promise<InstalledController> {
  const { name, manifests, serviceAccount, command, args = [], env, cwd, url, signal } = options;
  const { fieldOwner = "countersign-testing" } = options;
  await applyManifests(controlPlane.client, manifests, { fieldOwner, signal });
  const identity = await createServiceAccountKubeconfig(controlPlane, {
    ...serviceAccount,
    url,
    fieldOwner,
    signal,
  });
  const start = (): Promise<SupervisedProcess> =>
    controlPlane.startProcess({
      name,
      command,
      args,
      env: { PATH: process.env.PATH, ...LOOPBACK, ...env, KUBECONFIG: identity.kubeconfigPath },
      graceMs: GRACE_MS,
      ...(cwd === undefined ? {} : { cwd }),
    });
  let running = await start();
  return {
    get process() {
      return running;
    },
    identity,
    restart: async () => {
      await running.stop();
      running = await start();
      return running;
    },
  };
}

/** Applies a program's manifests, and before them the namespaces that they are in. */
export async function applyManifests(
  client: Client,
  manifests: readonly KubeObject[],
  options: { fieldOwner: string; signal?: AbortSignal | undefined },
): Promise<void> {
  for (const namespace of namespacesOf(manifests)) {
    await client.apply(NAMESPACES, { metadata: { name: namespace } }, options);
  }
  await applyObjects(client, manifests, options);
}

function namespacesOf(objects: readonly KubeObject[]): Set<string> {
  return new Set(objects.flatMap(({ metadata: { namespace } }) => namespace ?? []));
}
