import { type Client, defineResource, type KubeObject } from "@countersign/kube";

/** ConfigMaps: the cheapest objects that everybody may write. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const CONFIG_MAPS = defineResource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

const NAMES = 40;

/**
 * Creates, changes and deletes the ConfigMaps of a namespace in turn until the signal aborts.
 * Returns how many writes were answered: in an outage some are not, and that is no error here.
 */
export async function churn(
  client: Client,
  options: { namespace: string; signal: AbortSignal; bytes?: number },
): Promise<number> {
  const { namespace, signal, bytes = 10 } = options;
  let answered = 0;
  for (let turn = 0; !signal.aborted; turn += 1) {
    const name = `churn-${turn % NAMES}`;
    try {
      if (turn % 3 === 2) await client.delete(CONFIG_MAPS, { namespace, name }, { signal });
      else {
        const data = { turn: String(turn), filling: "x".repeat(bytes) };
        const object = { metadata: { namespace, name }, data };
        await client.apply(CONFIG_MAPS, object, { fieldOwner: "churn", signal });
      }
      answered += 1;
    } catch {
      // An API server that is away refuses at once: without a pause this loop would be a storm.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return answered;
}
