import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Logger } from "./logger.ts";
import { createMetricsServer } from "./metrics-server.ts";
import { createMetrics } from "./prometheus-metrics.ts";

const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

describe("createMetricsServer()", { timeout: 30_000 }, () => {
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  async function serve(metrics: { contentType: string; expose(): Promise<string> }) {
    const address = { host: "127.0.0.1", port: 0 };
    const server = createMetricsServer({ address, metrics, logger });
    running = server.run(stop.signal);
    const { port } = await server.started;
    return `http://127.0.0.1:${port}`;
  }

  it("answers GET and HEAD of /metrics, and nothing else", async () => {
    const metrics = createMetrics();
    metrics.counter({ name: "orders_total", help: "Orders", labels: [] }).add({});
    const url = await serve(metrics);
    const answer = await fetch(`${url}/metrics?x=1`);
    assert.equal(answer.headers.get("content-type"), metrics.contentType);
    assert.match(await answer.text(), /^orders_total 1$/m);
    assert.equal((await fetch(`${url}/metrics`, { method: "HEAD" })).status, 200);
    assert.equal((await fetch(`${url}/metrics`, { method: "POST" })).status, 405);
    assert.equal((await fetch(`${url}/`)).status, 404);
  });

  it("answers 500 when the metrics cannot be read, and goes on", async () => {
    const url = await serve({
      contentType: "text/plain",
      expose: () => Promise.reject(new Error("boom")),
    });
    assert.equal((await fetch(`${url}/metrics`)).status, 500);
    assert.equal((await fetch(`${url}/metrics`)).status, 500);
  });
});
