import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHealthServer } from "./health-server.ts";
import type { Logger } from "./logger.ts";

const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };
const loopback = { host: "127.0.0.1", port: 0 };
const checks = { healthz: [{ name: "ping", check: () => {} }], readyz: [] };

describe("createHealthServer()", { timeout: 30_000 }, () => {
  it("answers probes until it is stopped", async () => {
    const server = createHealthServer({ address: loopback, ...checks, logger });
    const stop = new AbortController();
    const running = server.run(stop.signal);
    const { port } = await server.started;
    const url = `http://127.0.0.1:${port}/healthz`;
    const answer = await fetch(url);
    assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(await answer.text(), "ok");
    assert.equal((await fetch(url, { method: "HEAD" })).status, 200);
    assert.equal((await fetch(url, { method: "POST" })).status, 405);
    stop.abort();
    await running;
    await assert.rejects(fetch(url));
  });

  it("says where it cannot listen", async () => {
    const first = createHealthServer({ address: loopback, ...checks, logger });
    const stop = new AbortController();
    const running = first.run(stop.signal);
    const address = await first.started;
    const second = createHealthServer({ address, ...checks, logger });
    const message = `Cannot listen on 127.0.0.1:${address.port} for health probes: EADDRINUSE`;
    await assert.rejects(second.run(stop.signal), { message });
    await assert.rejects(second.started, { message });
    stop.abort();
    await running;
  });
});
