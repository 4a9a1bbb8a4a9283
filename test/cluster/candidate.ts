// A program that writes as often as it can while it leads: what a test of leader election watches.
// Arguments: kubeconfig, identity.
import {
  createClient,
  createTransport,
  defineResource,
  fenceTransport,
  type KubeObject,
  LeaderElector,
  type Logger,
  loadKubeconfig,
  runManager,
  stopOnSignals,
} from "@countersign/kube";

const CONFIG_MAPS = defineResource<KubeObject & { data?: Record<string, string> }>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

const WRITERS = 4;

const [path = "", identity = ""] = process.argv.slice(2);
const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

const connection = await loadKubeconfig({ path });
const elector = new LeaderElector({
  client: createClient(createTransport(connection, { connections: 2 })),
  namespace: "default",
  name: "candidates",
  identity,
  times: { leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 500 },
  logger,
});
const transport = createTransport(connection);
const client = createClient(fenceTransport(transport, elector.fence));

/** Writes without a version, so that nothing but the fence keeps a write from being accepted. */
async function write(stop: AbortSignal, name: string): Promise<void> {
  for (let count = 0; !stop.aborted; count += 1) {
    const data = { [identity]: String(count) };
    await client
      .apply(
        CONFIG_MAPS,
        { metadata: { namespace: "default", name }, data },
        { fieldOwner: identity },
      )
      .catch(() => {}); // whether it was accepted is in the audit log
  }
}

const writers = Array.from({ length: WRITERS }, (_, index) => ({
  name: `writer ${index}`,
  run: (stop: AbortSignal) => write(stop, `written-${index}`),
}));

try {
  const stop = stopOnSignals(() => {});
  const onStartedLeading = (): void => console.log("leading");
  await runManager({ elector, controllers: writers, onStartedLeading, logger }, stop);
} catch (error) {
  console.log(String(error));
  process.exitCode = 1;
  setTimeout(() => process.exit(), 500).unref();
} finally {
  await transport.close();
}
