import { usageError } from "../cli-error.ts";

/** The flags of `countersign dev`, as commander has read them. */
export interface DevFlags {
  readonly apply: readonly string[];
  readonly namespace: string;
  readonly clusterResourceNamespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly currentContext?: boolean;
  readonly yes?: boolean;
  readonly userRights?: boolean;
  readonly once?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What `countersign dev` is to do. */
export interface DevSettings {
  /** The path of the author's module, as it was written. */
  readonly module: string;
  readonly apply: readonly string[];
  /** For objects that name none. */
  readonly namespace: string;
  readonly clusterResourceNamespace: string | undefined;
  readonly cluster: ClusterChoice;
  /** To end once every Certificate is Ready, or this has passed; undefined to go on. */
  readonly onceWithinMs: number | undefined;
}

/** Whose cluster it is. */
export type ClusterChoice =
  | { readonly is: "own" }
  | {
      readonly is: "current";
      readonly kubeconfig: string | undefined;
      readonly context: string | undefined;
      readonly isConfirmed: boolean;
      readonly hasUserRights: boolean;
    };

const DEFAULT_MODULE = "issuer.ts";
const DEFAULT_TIMEOUT_MS = 120_000;

/** @throws CliError usage for flags that say nothing together. */
export function settingsOf(args: readonly string[], flags: DevFlags): DevSettings {
  const { apply, namespace, once = false, timeout } = flags;
  if (once && apply.length === 0) {
    throw usageError(
      "Cannot run once: nothing is applied, give --apply a file with an issuer and a Certificate",
    );
  }
  if (!once && timeout !== undefined) {
    throw usageError(
      "Cannot run with --timeout alone: it says how long --once may take, add --once",
    );
  }
  return {
    module: args[0] ?? DEFAULT_MODULE,
    apply,
    namespace,
    clusterResourceNamespace: flags.clusterResourceNamespace,
    cluster: clusterOf(flags),
    onceWithinMs: once ? (timeout ?? DEFAULT_TIMEOUT_MS) : undefined,
  };
}

function clusterOf(flags: DevFlags): ClusterChoice {
  const { kubeconfig, context, currentContext = false, yes = false, userRights = false } = flags;
  if (kubeconfig !== undefined || context !== undefined || currentContext) {
    return { is: "current", kubeconfig, context, isConfirmed: yes, hasUserRights: userRights };
  }
  if (userRights) {
    throw usageError(
      "Cannot run with --user-rights alone: a control plane of its own has no user of yours, add --current-context, --context or --kubeconfig",
    );
  }
  return { is: "own" };
}
