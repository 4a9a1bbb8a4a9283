import assert from "node:assert/strict";
import { after, before, describe, it, mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, loadKubeconfig } from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  namespace as namespaceObject,
  poll,
  startControlPlane,
} from "@countersign/testing";
import { CONFIG_MAPS, type ConfigMap, churn } from "./cluster/config-map-churn.ts";
import { compactEtcd } from "./cluster/etcd-compaction.ts";
import { Follower, type FollowerCall } from "./cluster/follower.ts";
import { startGate } from "./cluster/http-gate.ts";
import { startTcpProxy, type TcpProxy } from "./cluster/tcp-proxy.ts";

const NAMESPACE = "chaos";
const FOLLOWED = { resource: CONFIG_MAPS, namespace: NAMESPACE };
const NOBODY = { type: "none" } as const;
const CAUGHT_UP_TIMEOUT_MS = 60_000;

const API_SERVER_ARGS = [
  "--goaway-chance=0.02",
  // Ends within seconds, with 429 to what is new, as in clusters with several API servers. Without
  // it a watch over HTTP/1.1 keeps a server that is to end alive for a minute.
  "--shutdown-send-retry-after=true",
];

// A control plane of its own, because its servers are killed and paused.
describe("an informer, when", { timeout: 180_000 }, () => {
  let plane: ControlPlane;
  let proxy: TcpProxy;
  let direct: Connection;
  let proxied: Connection;

  before(async () => {
    plane = await startControlPlane({ apiServerArgs: API_SERVER_ARGS });
    await applyObjects(plane.client, [namespaceObject(NAMESPACE)]);
    proxy = await startTcpProxy(Number(new URL(plane.url).port));
    direct = await loadKubeconfig({ path: plane.kubeconfigPath });
    proxied = { ...direct, server: `https://127.0.0.1:${proxy.port}` };
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await plane.stop();
  });

  /** Follows through a fault while ConfigMaps are written, and checks what came of it. */
  async function follow(
    follower: Follower<ConfigMap>,
    fault: () => Promise<void>,
    options: { bytes?: number } = {},
  ): Promise<void> {
    await follower.informer.synced;
    const stop = new AbortController();
    const writing = churn(plane.client, {
      namespace: NAMESPACE,
      signal: stop.signal,
      ...options,
    });
    try {
      await sleep(300);
      await fault();
      await sleep(300);
    } finally {
      stop.abort();
    }
    assert.ok((await writing) > 10, "hardly anything was written");
    await follower.caughtUp(plane.client);
  }

  it("nothing goes wrong, lists and watches in one call", async () => {
    await using follower = new Follower(direct, FOLLOWED);
    await follow(follower, () => sleep(1_000));
    assert.deepEqual(follower.calls, ["stream"]);
    assert.deepEqual(follower.errors, []);
  });

  it("the API server restarts in good order, catches up", async () => {
    await using follower = new Follower(direct, FOLLOWED);
    await follow(follower, async () => {
      await plane.killApiServer("SIGTERM");
      await plane.restartApiServer();
    });
  });

  it("the API server is killed, catches up", async () => {
    await using follower = new Follower(direct, FOLLOWED);
    await follow(follower, async () => {
      await plane.killApiServer("SIGKILL");
      await sleep(1_000);
      await plane.restartApiServer();
    });
  });

  it("etcd is paused, catches up", async () => {
    await using follower = new Follower(direct, FOLLOWED);
    await follow(follower, async () => {
      plane.etcd.signal("SIGSTOP");
      await sleep(4_000);
      plane.etcd.signal("SIGCONT");
    });
  });

  it("its connection goes dead without an end, notices and catches up", async () => {
    await using follower = new Follower(proxied, { ...FOLLOWED, streamIdleTimeoutMs: 2_000 });
    await follow(follower, async () => {
      proxy.blackHole();
      await sleep(3_000);
    });
    const codes = follower.errors.map((error) => (error as { code?: string }).code);
    assert.ok(codes.includes("ERR_TRANSPORT_TIMEOUT"), codes.join());
  });

  it("it was away until its version had expired, lists again and tells what went meanwhile", async () => {
    await using follower = new Follower(proxied, FOLLOWED);
    await plane.client.apply(
      CONFIG_MAPS,
      { metadata: { namespace: NAMESPACE, name: "goes" } },
      { fieldOwner: "test" },
    );
    await follow(follower, () => sleep(500));
    assert.ok(follower.told.has(`${NAMESPACE}/goes`));
    proxy.setOpen(false);
    await plane.client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: "goes" });
    const stop = AbortSignal.timeout(500);
    await churn(plane.client, { namespace: NAMESPACE, signal: stop });
    // The watch cache of a new API server begins where it starts: what is older is answered with 410.
    await plane.restartApiServer();
    proxy.setOpen(true);
    await follower.caughtUp(plane.client);
    assert.ok(!follower.told.has(`${NAMESPACE}/goes`));
    const isGone = (error: unknown) => /410/.test(String(error));
    assert.ok(follower.errors.some(isGone), follower.errors.join("\n"));
    assert.equal(follower.calls.filter((call) => call === "stream").length, 2);
  });

  it("it reads too slowly for what is written, catches up", async () => {
    await using follower = new Follower(proxied, FOLLOWED);
    await follow(
      follower,
      async () => {
        const resume = proxy.stall();
        await sleep(100);
        const before = new Map(follower.told);
        await sleep(4_000);
        assert.deepEqual(follower.told, before);
        resume();
      },
      { bytes: 100_000 },
    );
  });

  it("the API server answers 429 for a while, catches up", async () => {
    await using gate = await startGate(direct);
    const gated = { server: gate.url, insecureSkipTlsVerify: false, identity: NOBODY };
    await using follower = new Follower(gated, FOLLOWED);
    await follow(follower, async () => {
      gate.refuse(true);
      await sleep(3_000);
      gate.refuse(false);
    });
    assert.ok(gate.refused > 0);
    const codes = follower.errors.map((error) => (error as { code?: string }).code);
    assert.ok(codes.includes("TooManyRequests"), codes.join());
  });

  for (const [how, byMs] of [
    ["ahead", 86_400_000],
    ["back", -86_400_000],
  ] as const) {
    it(`the clock jumps a day ${how}, goes on`, async () => {
      await using follower = new Follower(direct, FOLLOWED);
      const now = Date.now;
      await follow(follower, async () => {
        const clock = mock.method(Date, "now", () => now() + byMs);
        await sleep(1_000);
        clock.mock.restore();
      });
      assert.deepEqual(follower.errors, []);
    });
  }
});

describe("an informer of an API server without WatchList", { timeout: 120_000 }, () => {
  let plane: ControlPlane;

  before(async () => {
    plane = await startControlPlane({ apiServerArgs: ["--feature-gates=WatchList=false"] });
    await applyObjects(plane.client, [namespaceObject(NAMESPACE)]);
  });
  after(() => plane.stop());

  it("lists in pages at once, then watches", async () => {
    const metadata = { namespace: NAMESPACE, name: "first" };
    await plane.client.create(CONFIG_MAPS, { metadata });
    const connection = await loadKubeconfig({ path: plane.kubeconfigPath });
    await using follower = new Follower(connection, FOLLOWED);
    await follower.informer.synced;
    assert.deepEqual(follower.errors, []);
    assert.ok(follower.told.has(`${NAMESPACE}/first`));
    await plane.client.create(CONFIG_MAPS, { metadata: { ...metadata, name: "second" } });
    await poll(
      "the second ConfigMap",
      async () => follower.told.has(`${NAMESPACE}/second`) || undefined,
      { timeoutMs: CAUGHT_UP_TIMEOUT_MS },
    );
    assert.deepEqual(follower.calls, ["stream", "list", "watch"]);
  });
});

// A watch cache remembers versions that etcd has forgotten. Without it an API server answers from
// etcd alone, as one does whose cache is younger than the version it is asked for.
describe("an informer, when etcd has been compacted", { timeout: 120_000 }, () => {
  let plane: ControlPlane;
  let proxy: TcpProxy;
  let proxied: Connection;

  before(async () => {
    plane = await startControlPlane({
      apiServerArgs: ["--watch-cache=false", "--feature-gates=WatchList=false"],
    });
    await applyObjects(plane.client, [namespaceObject(NAMESPACE)]);
    for (let index = 0; index < 5; index += 1) await write(`object-${index}`);
    proxy = await startTcpProxy(Number(new URL(plane.url).port));
    const direct = await loadKubeconfig({ path: plane.kubeconfigPath });
    proxied = { ...direct, server: `https://127.0.0.1:${proxy.port}` };
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await plane.stop();
  });

  async function write(name: string): Promise<void> {
    const object = { metadata: { namespace: NAMESPACE, name }, data: { now: String(Date.now()) } };
    await plane.client.apply(CONFIG_MAPS, object, { fieldOwner: "test" });
  }

  const isExpired = (error: unknown): boolean => (error as { code?: string }).code === "Expired";

  it("between two pages of its list, begins the list again", async () => {
    const isSecondPage = (calls: readonly FollowerCall[]): boolean =>
      calls.at(-1) === "list" && calls.filter((call) => call === "list").length === 2;
    await using follower = new Follower(proxied, {
      ...FOLLOWED,
      pageSize: 2,
      beforeCall: async (calls) => {
        if (!isSecondPage(calls)) return;
        await write("object-0");
        await plane.client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: "object-1" });
        await compactEtcd(plane);
      },
    });
    await follower.informer.synced;
    await follower.caughtUp(plane.client);
    assert.ok(follower.errors.some(isExpired), follower.errors.join("\n"));
    // Two pages of five objects, the second refused; then two of the four that are left.
    assert.equal(follower.calls.filter((call) => call === "list").length, 4);
  });

  it("while it was away, lists again and tells what went meanwhile", async () => {
    await using follower = new Follower(proxied, FOLLOWED);
    await follower.informer.synced;
    assert.ok(follower.told.has(`${NAMESPACE}/object-2`));
    proxy.setOpen(false);
    await plane.client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name: "object-2" });
    await write("object-3");
    await compactEtcd(plane);
    proxy.setOpen(true);
    await follower.caughtUp(plane.client);
    assert.ok(!follower.told.has(`${NAMESPACE}/object-2`));
    const isGone = (error: unknown): boolean => isExpired(error) || /410/.test(String(error));
    assert.ok(follower.errors.some(isGone), follower.errors.join("\n"));
    assert.equal(follower.calls.filter((call) => call === "list").length, 2);
  });
});
