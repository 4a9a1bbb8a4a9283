import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fenceTransport } from "./fenced-transport.ts";
import { LeaderElectionError } from "./leader-election-error.ts";
import type { ApiRequest, Transport } from "./transport.ts";
import { WriteFence } from "./write-fence.ts";

const GET: ApiRequest = { method: "GET", path: "/things" };
const WRITES = (["POST", "PUT", "PATCH", "DELETE"] as const).map((method): ApiRequest => {
  return { method, path: "/things" };
});

/** A transport that keeps what it was given, and sends it when it is told to. */
function held(): { transport: Transport; given: ApiRequest[] } {
  const given: ApiRequest[] = [];
  const request = async (call: ApiRequest): Promise<unknown> => given.push(call);
  const stream = async (): Promise<AsyncIterable<Uint8Array>> => (async function* () {})();
  return { given, transport: { request, stream, close: async () => {} } };
}

describe("fenceTransport()", () => {
  it("lets nothing but reads pass a fence that is not open", async () => {
    const { transport, given } = held();
    const fenced = fenceTransport(transport, new WriteFence());
    await fenced.request(GET);
    for (const write of WRITES) {
      await assert.rejects(fenced.request(write), { code: "ERR_NOT_LEADING" });
    }
    assert.deepEqual(given, [GET]);
  });

  it("has the fence asked again when the call is sent", async () => {
    let now = 0;
    const { transport, given } = held();
    const fence = new WriteFence({ now: () => now });
    fence.extendTo(10_000);
    for (const write of WRITES) await fenceTransport(transport, fence).request(write);
    for (const call of given) assert.doesNotThrow(() => call.beforeSend?.());
    now = 10_000;
    assert.equal(given.length, WRITES.length);
    for (const call of given) assert.throws(() => call.beforeSend?.(), { code: "ERR_LEASE_LOST" });
  });

  it("aborts what is under way when the fence closes, and still obeys the call's own signal", async () => {
    const { transport, given } = held();
    const fence = new WriteFence();
    fence.extendTo(performance.now() + 60_000);
    const own = new AbortController();
    const fenced = fenceTransport(transport, fence);
    await fenced.request({ method: "PATCH", path: "/things" });
    await fenced.request({ method: "PATCH", path: "/things", signal: own.signal });
    own.abort();
    assert.deepEqual(aborted(given), [false, true]);
    fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", "given back"));
    assert.deepEqual(aborted(given), [true, true]);
  });
});

function aborted(calls: readonly ApiRequest[]): (boolean | undefined)[] {
  return calls.map((call) => call.signal?.aborted);
}
