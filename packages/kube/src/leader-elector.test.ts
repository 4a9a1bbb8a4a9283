import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ApiError } from "./api-error.ts";
import { createClient } from "./client.ts";
import { LeaderElector } from "./leader-elector.ts";
import type { Lease } from "./lease.ts";
import type { Logger } from "./logger.ts";
import type { ApiRequest, Transport } from "./transport.ts";

const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

/** An API server with one lease: versions, conflicts, and watches that tell each change. */
class LeaseServer implements Transport {
  lease: Lease | undefined;
  writes = 0;
  isDown = false;
  hasWatch = true;
  readonly #watchers = new Set<(line: string) => void>();

  async request({ method, path, body }: ApiRequest): Promise<unknown> {
    const refuse = (status: number) => new ApiError({ method, path }, { status, said: "refused" });
    if (this.isDown) throw refuse(503);
    const resourceVersion = String(this.writes);
    if (method === "GET" && !path.endsWith("/issuers")) {
      return { metadata: { resourceVersion }, items: this.lease === undefined ? [] : [this.lease] };
    }
    const isThere = this.lease !== undefined;
    if (method === "POST" ? isThere : !isThere) throw refuse(method === "POST" ? 409 : 404);
    if (method === "GET") return this.lease;
    const given = body as Lease;
    const { metadata } = given;
    if (metadata.resourceVersion !== this.lease?.metadata.resourceVersion) throw refuse(409);
    this.set(given.spec);
    return this.lease;
  }

  /** Writes the lease, as anybody may. */
  set(spec: Lease["spec"]): void {
    this.writes += 1;
    const metadata = { namespace: "ns", name: "issuers", resourceVersion: String(this.writes) };
    const object = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata };
    this.lease = spec === undefined ? object : { ...object, spec };
    for (const tell of this.#watchers)
      tell(`{"type":"MODIFIED","object":${JSON.stringify(this.lease)}}\n`);
  }

  async stream({ signal, query }: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    if (!this.hasWatch) throw new Error("no watch");
    const watchers = this.#watchers;
    const initial = query?.sendInitialEvents === "true" ? this.#initialEvents() : [];
    return new ReadableStream<Uint8Array>({
      start(controller) {
        const tell = (line: string): void => controller.enqueue(Buffer.from(line));
        for (const event of initial) tell(`${JSON.stringify(event)}\n`);
        watchers.add(tell);
        signal?.addEventListener("abort", () => {
          watchers.delete(tell);
          controller.close();
        });
      },
    });
  }

  async close(): Promise<void> {}

  #initialEvents(): object[] {
    const annotations = { "k8s.io/initial-events-end": "true" };
    const metadata = { resourceVersion: String(this.writes), annotations };
    const end = { type: "BOOKMARK", object: { metadata } };
    return this.lease === undefined ? [end] : [{ type: "ADDED", object: this.lease }, end];
  }
}

describe("LeaderElector", () => {
  let server: LeaseServer;
  let stop: AbortController;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
    server = new LeaseServer();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await settle();
    mock.timers.reset();
  });

  function candidate(identity: string, transport: Transport = server): LeaderElector {
    const client = createClient(transport);
    const lease = { namespace: "ns", name: "issuers", identity };
    return new LeaderElector({ client, ...lease, logger, now: () => Date.now(), random: () => 0 });
  }

  /** Starts candidates in their order and gives the first, which leads. */
  async function leaderOf(...candidates: LeaderElector[]): Promise<void> {
    for (const each of candidates) {
      void each.acquire(stop.signal); // whether it leads is asked of its fence
      await settle();
    }
    assert.equal(candidates[0]?.state.phase, "leading");
  }

  it("lets one of two lead, and the other know it", async () => {
    const [a, b] = [candidate("a"), candidate("b")];
    assert.deepEqual(b.state, { phase: "unknown" });
    await leaderOf(a, b);
    assert.deepEqual(b.state, { phase: "following", holder: "a" });
    assert.equal(b.fence.isOpen(), false);
    assert.equal(server.lease?.spec?.leaseTransitions, 0);
  });

  it("renews, so that nobody else leads", async () => {
    const [a, b] = [candidate("a"), candidate("b")];
    await leaderOf(a, b);
    await pass(120_000);
    assert.deepEqual([a.state.phase, b.state.phase], ["leading", "following"]);
    assert.ok(server.writes >= 60 && server.writes <= 62, `${server.writes} writes`);
  });

  it("hands over as soon as the leader releases", async () => {
    const [a, b] = [candidate("a"), candidate("b")];
    await leaderOf(a, b);
    await pass(500);
    await a.release();
    await settle();
    assert.deepEqual([a.state.phase, b.state.phase], ["over", "leading"]);
    assert.equal(server.lease?.spec?.leaseTransitions, 1);
  });

  it("hands over at the next look where no watch is to be had", async () => {
    server.hasWatch = false;
    const [a, b] = [candidate("a"), candidate("b")];
    await leaderOf(a, b);
    await a.release();
    await pass(2_100);
    assert.equal(b.state.phase, "leading");
  });

  it("takes over when the lease has expired, and not before", async () => {
    server.set({ holderIdentity: "dead", leaseDurationSeconds: 15 });
    const b = candidate("b");
    void b.acquire(stop.signal);
    await pass(14_900);
    assert.deepEqual(b.state, { phase: "following", holder: "dead" });
    await pass(200);
    assert.equal(b.state.phase, "leading");
  });

  it("stops writing at its deadline when it cannot renew, before anybody can take over", async () => {
    const [a, b] = [candidate("a"), candidate("b")];
    await leaderOf(a, b);
    server.isDown = true;
    await pass(9_900);
    assert.equal(a.fence.isOpen(), true);
    await pass(200);
    assert.equal(a.fence.isOpen(), false);
    assert.equal(a.fence.closed.reason.code, "ERR_LEASE_LOST");
    server.isDown = false;
    await pass(4_000);
    assert.equal(b.state.phase, "following");
    await pass(2_000);
    assert.equal(b.state.phase, "leading");
  });

  it("goes on leading through an outage that is shorter than its deadline", async () => {
    const a = candidate("a");
    await leaderOf(a);
    server.isDown = true;
    await pass(7_000);
    server.isDown = false;
    await pass(20_000);
    assert.equal(a.state.phase, "leading", String(a.fence.closed.reason));
  });

  it("loses at its next renewal when somebody else holds the lease", async () => {
    const a = candidate("a");
    await leaderOf(a);
    server.set({ holderIdentity: "b", leaseDurationSeconds: 15 });
    await pass(2_100);
    assert.equal(a.state.phase, "over");
    assert.match(a.fence.closed.reason.message, /^The lease was lost: it is held by b$/);
  });

  it("goes on leading when somebody has labelled or deleted the lease", async () => {
    const a = candidate("a");
    await leaderOf(a);
    server.set(server.lease?.spec);
    await pass(4_100);
    assert.equal(a.state.phase, "leading");
    server.lease = undefined;
    await pass(20_000);
    assert.equal(a.state.phase, "leading");
  });

  it("does not lead by an answer that came after its own deadline", async () => {
    const late: Transport = {
      ...transportOf(server),
      request: async (call) => {
        const answer = await server.request(call);
        if (call.method !== "POST") return answer;
        mock.timers.tick(10_000);
        assert.equal(a.fence.isOpen(), false);
        return answer;
      },
    };
    const a = candidate("a", late);
    void a.acquire(stop.signal);
    await settle();
    assert.equal(server.writes, 2, "the watch told of its own write, too late: it wrote again");
    assert.equal(a.state.phase, "leading");
  });

  it("acquire() returns false when it is stopped before it leads", async () => {
    server.set({ holderIdentity: "b", leaseDurationSeconds: 15 });
    const acquiring = candidate("a").acquire(stop.signal);
    await settle();
    stop.abort();
    assert.equal(await acquiring, false);
  });

  it("release() leaves a lease alone that it does not hold", async () => {
    const a = candidate("a");
    server.set({ holderIdentity: "b", leaseDurationSeconds: 15 });
    await a.release();
    assert.equal(server.lease?.spec?.holderIdentity, "b");
    assert.equal(a.state.phase, "over");
  });
});

function transportOf(server: LeaseServer): Transport {
  return {
    request: (call) => server.request(call),
    stream: (call) => server.stream(call),
    close: () => server.close(),
  };
}

/** Lets everything happen that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function pass(durationMs: number): Promise<void> {
  for (let passed = 0; passed < durationMs; passed += 100) {
    mock.timers.tick(100);
    await settle();
  }
}
