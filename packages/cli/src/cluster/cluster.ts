import { messageOf } from "@countersign/issuer/inspect";
import {
  type Client,
  createClient,
  createTransport,
  isApiError,
  isTransportError,
  loadKubeconfig,
  type Transport,
} from "@countersign/kube";
import { failure } from "../cli-error.ts";

/** A cluster that has answered. */
export interface Cluster {
  readonly client: Client;
  /** Where its API server is. */
  readonly server: string;
  /** `v1.36.3`. */
  readonly version: string;
  /** The API server's clock, in whole seconds; undefined where its answer tells none. */
  readonly serverTime: Date | undefined;
  /** How far the API server's clock is ahead of ours, in milliseconds. */
  readonly aheadMs: number;
}

/** Which cluster is meant, as kubectl's flags of the same names. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

const SEE =
  "See whether the cluster runs, and whether --kubeconfig and --context name the right one";

/**
 * Connects to the cluster that the flags name, works with it, and disconnects.
 *
 * @throws CliError failure where there is no cluster to be found, or it does not answer or let us in.
 */
export async function withCluster<T>(
  flags: ClusterFlags,
  signal: AbortSignal,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { kubeconfig: path, context } = flags;
  const connection = await loadKubeconfig({
    ...(path === undefined ? {} : { path }),
    ...(context === undefined ? {} : { context }),
  }).catch((cause: unknown) => {
    throw failure(`${messageOf(cause)}. See --kubeconfig and --context`, { cause });
  });
  const transport = createTransport(connection, { userAgent: "countersign/cli" });
  try {
    const greeting = await greet(transport, { server: connection.server, signal });
    return await work({ client: createClient(transport), server: connection.server, ...greeting });
  } catch (error) {
    throw explained(error, connection.server);
  } finally {
    await transport.close();
  }
}

type Greeting = Pick<Cluster, "version" | "serverTime" | "aheadMs">;

/** Every account may read the version: whoever cannot is not let in at all. */
async function greet(
  transport: Transport,
  { server, signal }: { server: string; signal: AbortSignal },
): Promise<Greeting> {
  let date: string | undefined;
  const sentAt = Date.now();
  const answer = await transport.request({
    method: "GET",
    path: "/version",
    signal,
    onServerDate: (told) => {
      date = told;
    },
  });
  const halfwayAt = (sentAt + Date.now()) / 2;
  const { gitVersion } = (answer ?? {}) as { readonly gitVersion?: unknown };
  if (typeof gitVersion !== "string") {
    throw failure(`What answers at ${server} is no Kubernetes API server. ${SEE}`);
  }
  const serverMs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(serverMs)) return { version: gitVersion, serverTime: undefined, aheadMs: 0 };
  // The header is cut to whole seconds: half of one is the least wrong.
  const aheadMs = serverMs + 500 - halfwayAt;
  return { version: gitVersion, serverTime: new Date(serverMs), aheadMs };
}

/** What failed, in the words of whoever called the command. */
function explained(error: unknown, server: string): unknown {
  if (isTransportError(error)) {
    return failure(`The API server at ${server} does not answer: ${error.message}. ${SEE}`, {
      cause: error,
    });
  }
  if (isApiError(error, "Unauthorized")) {
    return failure(
      `The API server at ${server} does not accept these credentials: log in again, or give another --kubeconfig or --context`,
      { cause: error },
    );
  }
  return error;
}
