/** What there is to know about each server program: one entry each. */

/** One server program and how it is found or built. */
export interface ServerProgram {
  /** The program's file name. */
  readonly name: ServerName;
  /** The version that Go builds. */
  readonly version: string;
  /** The oldest version that is taken from a folder or PATH, as major and minor. */
  readonly oldest: readonly [number, number];
  /** Environment variables that name a folder with the program in it, the first set one first. */
  readonly folderVariables: readonly string[];
  /** Whether one found on PATH, or in an envtest archive, is what it is taken for. */
  readonly isPublished: boolean;
  /** Go package to build, inside the module `servers/<name>` of this package. */
  readonly goPackage: string;
  readonly linkerVariables?: Readonly<Record<string, string>>;
  /** Module and folder of files that belong beside the program. */
  readonly companions?: { readonly module: string; readonly folder: string; readonly as: string };
}

export type ServerName = "etcd" | "kube-apiserver" | "cert-manager";

const ASSETS = ["COUNTERSIGN_ASSETS", "KUBEBUILDER_ASSETS"] as const;

export const ETCD: ServerProgram = {
  name: "etcd",
  version: "3.6.15",
  oldest: [3, 5],
  folderVariables: ASSETS,
  isPublished: true,
  goPackage: "go.etcd.io/etcd/server/v3",
};

export const KUBE_API_SERVER: ServerProgram = {
  name: "kube-apiserver",
  version: "1.36.3",
  oldest: [1, 30],
  folderVariables: ASSETS,
  isPublished: true,
  goPackage: "k8s.io/kubernetes/cmd/kube-apiserver",
  // Without these the server calls itself v0.0.0.
  linkerVariables: {
    "k8s.io/component-base/version.gitVersion": "v1.36.3",
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "36",
  },
};

export const CERT_MANAGER: ServerProgram = {
  name: "cert-manager",
  version: "1.21.2",
  oldest: [1, 21],
  folderVariables: ["COUNTERSIGN_CERT_MANAGER"],
  isPublished: false,
  goPackage: ".",
  companions: {
    module: "github.com/cert-manager/cert-manager",
    folder: "deploy/crds",
    as: "crds",
  },
};

/** The oldest Go that builds them, as the go.mod files say. */
export const OLDEST_GO: readonly [number, number] = [1, 26];
