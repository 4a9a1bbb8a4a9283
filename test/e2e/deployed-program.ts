import { join } from "node:path";
import { defineResource, type KubeObject } from "@countersign/kube";
import {
  type ControlPlane,
  type InstalledController,
  installController,
} from "@countersign/testing";

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly {
          readonly image: string;
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

const DEPLOYMENTS = defineResource<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

/** The program of a Deployment on a control plane without nodes. */
export interface DeployedProgram {
  /** What its pods would run. */
  readonly image: string;
  /** Starts it as a kubelet would: as the pod's account, with the container's arguments and environment. */
  start(project: string): Promise<InstalledController>;
}

/** Reads what a Deployment, called as its namespace is, would run. */
export async function deployedProgram(
  controlPlane: ControlPlane,
  name: string,
): Promise<DeployedProgram> {
  const place = { namespace: name, name };
  const { spec } = await controlPlane.client.get(DEPLOYMENTS, place);
  const { serviceAccountName, containers } = spec.template.spec;
  const [container, ...others] = containers;
  if (container === undefined || others.length > 0) {
    throw new TypeError(`Cannot run Deployment ${name}: it has not exactly one container`);
  }
  return {
    image: container.image,
    start: (project) =>
      installController(controlPlane, {
        name,
        manifests: [], // they are installed already
        serviceAccount: { namespace: name, name: serviceAccountName },
        command: join(project, "node_modules/.bin/node"),
        args: [join(project, "dist/main.js"), ...container.args, ...ownPodFlags(name)],
        env: {
          ...Object.fromEntries(container.env.map((each) => [each.name, each.value ?? ""])),
          ALLOW_LOOPBACK_CA: "true",
        },
        cwd: project,
      }),
  };
}

/** What a pod knows by itself, and ports that are this machine's. */
function ownPodFlags(namespace: string): string[] {
  return [
    `--leader-election-namespace=${namespace}`,
    `--cluster-resource-namespace=${namespace}`,
    "--health-probe-bind-address=127.0.0.1:0",
    "--metrics-bind-address=0",
  ];
}
