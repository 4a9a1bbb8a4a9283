/** Who is measured: ours, the peer, and the limit. */
import { join } from "node:path";
import type { IssuerRef, SupervisedProcess } from "@countersign/testing";
import { ROOT } from "../../tools/command.ts";
import type { BenchCluster } from "./bench-cluster.ts";

export type ContenderName = "ours" | "peer" | "bare loop";

/** Where the requests of each contender are. */
export const NAMESPACES_OF_CONTENDERS: Readonly<Record<ContenderName, string>> = {
  ours: "bench-ours",
  peer: "bench-peer",
  "bare loop": "bench-bare",
};

/** A program that makes the requests of its namespace Ready, and how it is started. */
export interface Contender {
  readonly name: ContenderName;
  /** Where its requests are, and its issuer where it has one. */
  readonly namespace: string;
  readonly issuerRef: IssuerRef;
  readonly command: string;
  readonly args: readonly string[];
}

/** How ours runs: as it is installed, or from its sources with the types stripped at each start. */
export type OursFrom = "dist" | "source";

const SOURCE_CONDITION = "--conditions=@countersign/source";

/** Ours. `nodeArgs` come before the program, `args` after it. */
export function ours(
  from: OursFrom,
  options: { nodeArgs?: readonly string[]; args?: readonly string[] } = {},
): Contender {
  const { nodeArgs = [], args = [] } = options;
  const condition = from === "source" ? [SOURCE_CONDITION] : [];
  const program = join(ROOT, "bench/runtime/issuer/main.ts");
  return {
    name: "ours",
    namespace: NAMESPACES_OF_CONTENDERS.ours,
    issuerRef: { group: "bench.example.com", kind: "BenchIssuer", name: "bench" },
    command: process.execPath,
    args: ["--expose-gc", ...condition, ...nodeArgs, program, ...args],
  };
}

/**
 * A peer: a command that serves SimpleIssuers of testing.cert-manager.io, as issuer-lib's example
 * does, in the cluster that $KUBECONFIG names.
 */
export function peer(command: readonly string[]): Contender {
  const [file = "", ...args] = command;
  return {
    name: "peer",
    namespace: NAMESPACES_OF_CONTENDERS.peer,
    issuerRef: { group: "testing.cert-manager.io", kind: "SimpleIssuer", name: "bench" },
    command: file,
    args,
  };
}

/** The limit: our client does the same writes in a loop, and nothing else. */
export function bareLoop(from: OursFrom): Contender {
  const namespace = NAMESPACES_OF_CONTENDERS["bare loop"];
  const condition = from === "source" ? [SOURCE_CONDITION] : [];
  return {
    name: "bare loop",
    namespace,
    issuerRef: { group: "bare.example.com", kind: "BareIssuer", name: "bench" },
    command: process.execPath,
    args: [...condition, join(ROOT, "bench/runtime/bare-loop.ts"), namespace],
  };
}

const GRACE_MS = 30_000;

/** Starts a contender as a process of its own, or one of several that are told apart by `as`. */
export async function startContender(
  { controlPlane, kubeconfigs }: BenchCluster,
  contender: Contender,
  { as = contender.name.replace(" ", "-"), kubeconfig = kubeconfigs[contender.name] } = {},
): Promise<SupervisedProcess> {
  const { command, args } = contender;
  return controlPlane.startProcess({
    name: as,
    command,
    args,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: kubeconfig },
    graceMs: GRACE_MS,
  });
}

/**
 * Waits for what a contender is to bring about.
 *
 * @throws Error with its last words where it has failed instead. One that has ended well may be ahead of
 * who watches it.
 */
export async function whileRunning(
  contender: SupervisedProcess,
  result: Promise<void>,
): Promise<void> {
  const failed = contender.exited.then(({ code, signal, log }) => {
    if (code === 0) return result;
    const lines = log.slice(-10).join("\n");
    throw new Error(`Cannot measure ${contender.name}: it ended with ${code ?? signal}\n${lines}`);
  });
  await Promise.race([result, failed]);
}
