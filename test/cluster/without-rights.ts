import { type Client, createClient, createTransport, loadKubeconfig } from "@countersign/kube";
import { type ControlPlane, createServiceAccountKubeconfig } from "@countersign/testing";

/** Calls with a client of a service account that nothing has been granted to. */
export async function withoutRights<T>(
  controlPlane: ControlPlane,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  using account = await createServiceAccountKubeconfig(controlPlane, {
    namespace: "nobodies",
    name: "nobody",
  });
  const transport = createTransport(await loadKubeconfig({ path: account.kubeconfigPath }));
  try {
    return await work(createClient(transport));
  } finally {
    await transport.close();
  }
}
