import { type Client, createClient, createTransport, loadKubeconfig } from "@countersign/kube";

/** Where the shared control plane says how to reach it. */
export const KUBECONFIG_VARIABLE = "COUNTERSIGN_TEST_KUBECONFIG";

/** The administrator's connection to the shared control plane. */
export interface Cluster extends AsyncDisposable {
  readonly client: Client;
}

/** Connects to the control plane that all integration files share. */
export async function connect(): Promise<Cluster> {
  const path = process.env[KUBECONFIG_VARIABLE];
  if (path === undefined) {
    throw new Error(
      `Cannot connect: ${KUBECONFIG_VARIABLE} is not set; run these tests by npm run test:integration`,
    );
  }
  const transport = createTransport(await loadKubeconfig({ path }));
  return {
    client: createClient(transport),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}
