import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Authority, createAuthority } from "../control-plane/authority.ts";
import { poll } from "../poll.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const PATH = "/apis/cert-manager.io/v1/namespaces/default/certificaterequests/web/status";

/** A server in the API server's place: it answers with what it was sent, and to a watch in pieces. */
interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly heard: string[];
  /** Has every open watch told an event. */
  readonly tell: (event: string) => void;
}

async function startEcho(authority: Authority): Promise<Echo> {
  const holder = { usages: ["server auth"], ipAddresses: ["127.0.0.1"] } as const;
  const pair = await authority.issue({ subject: { commonName: "echo" }, ...holder });
  const heard: string[] = [];
  const watches = new Set<(event: string) => void>();
  const server = createServer(
    { cert: pair.certificatePem, key: pair.keyPem },
    async (incoming, response) => {
      const { method, url, headers } = incoming;
      const said = `${method} ${url} ${headers.authorization} ${await text(incoming)}`;
      heard.push(said);
      response.writeHead(201, { "x-kept": "yes" });
      if (url?.includes("watch") !== true) return void response.end(said);
      response.flushHeaders();
      watches.add((event) => response.write(event));
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    heard,
    tell: (event) => {
      for (const watch of watches) watch(event);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

describe("startFaultProxy()", { timeout: 30_000 }, () => {
  let echo: Echo;
  let proxy: FaultProxy;
  let agent: Agent;

  beforeEach(async () => {
    const authority = await createAuthority(new Date());
    echo = await startEcho(authority);
    proxy = await startFaultProxy({
      url: echo.url,
      caPem: authority.caPem,
      issueCertificate: (holder) => authority.issue(holder),
    });
    agent = new Agent({ ca: authority.caPem, keepAlive: true });
  });
  afterEach(async () => {
    agent.destroy();
    await proxy[Symbol.asyncDispose]();
    await echo[Symbol.asyncDispose]();
  });

  async function begin(path = PATH, body = "words"): Promise<IncomingMessage> {
    const headers = { authorization: "Bearer token" };
    const calling = request(`${proxy.url}${path}`, { agent, method: "PATCH", headers });
    calling.end(body);
    const [answer] = await once(calling, "response");
    return answer as IncomingMessage;
  }

  async function call(): Promise<{ status: number; said: string; retryAfter?: string }> {
    const answer = await begin();
    const retryAfter = answer.headers["retry-after"];
    const heard = { status: answer.statusCode ?? 0, said: await text(answer) };
    return retryAfter === undefined ? heard : { ...heard, retryAfter };
  }

  const ECHOED = { status: 201, said: `PATCH ${PATH} Bearer token words` };

  test("passes on a call with its token, and records it without", async () => {
    const answer = await begin(`${PATH}?fieldManager=us`);
    assert.equal(answer.headers["x-kept"], "yes");
    assert.equal(await text(answer), `PATCH ${PATH}?fieldManager=us Bearer token words`);
    const [recorded] = proxy.calls;
    assert.deepEqual(recorded, {
      number: 1,
      method: "PATCH",
      path: PATH,
      query: new URLSearchParams("fieldManager=us"),
      body: "words",
    });
  });

  test("passes on a watch's events as they come, and its end", async () => {
    const watching = await begin("/api/v1/secrets?watch=true");
    for (const event of ["first", "second"]) {
      echo.tell(event);
      const [chunk] = await once(watching, "data");
      assert.equal(String(chunk), event);
    }
    proxy.cutConnections();
    await assert.rejects(once(watching, "end"), { code: "ECONNRESET" });
  });

  test("answers with a Status in the API server's stead", async () => {
    const fault = {
      do: "answer",
      status: 429,
      message: "slow down",
      retryAfterSeconds: 7,
    } as const;
    const rule = proxy.addRule({ method: "PATCH", times: 1, fault });
    const { status, said, retryAfter } = await call();
    assert.deepEqual([status, retryAfter], [429, "7"]);
    assert.deepEqual(JSON.parse(said), {
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      status: "Failure",
      message: "slow down",
      reason: "TooManyRequests",
      code: 429,
      details: { retryAfterSeconds: 7 },
    });
    assert.deepEqual(echo.heard, []);
    assert.deepEqual(await call(), ECHOED);
    assert.deepEqual(rule.hits, [proxy.calls[0]]);
  });

  test("cuts a call before the API server hears of it", async () => {
    proxy.addRule({ times: 1, fault: { do: "cutBefore" } });
    await assert.rejects(call(), { code: "ECONNRESET" });
    assert.deepEqual(echo.heard, []);
    assert.deepEqual(await call(), ECHOED);
  });

  test("cuts a call after the API server has answered", async () => {
    proxy.addRule({ times: 1, fault: { do: "cutAfter" } });
    await assert.rejects(call(), { code: "ECONNRESET" });
    assert.deepEqual(echo.heard, [ECHOED.said]);
  });

  test("passes on a delayed call later", async () => {
    proxy.addRule({ fault: { do: "delay", delayMs: 50 } });
    const begunAt = performance.now();
    assert.deepEqual(await call(), ECHOED);
    assert.ok(performance.now() - begunAt >= 49);
  });

  test("passes on a held call when it is let go", async () => {
    const held = Promise.withResolvers<void>();
    const rule = proxy.addRule({ fault: { do: "hold", until: held.promise } });
    const calling = call();
    await poll("the call", async () => rule.hits[0], { timeoutMs: 5_000, intervalMs: 5 });
    assert.deepEqual(echo.heard, []);
    held.resolve();
    assert.deepEqual(await calling, ECHOED);
  });

  test("does not pass on a held call whose caller has gone", async () => {
    const held = Promise.withResolvers<void>();
    const rule = proxy.addRule({ fault: { do: "hold", until: held.promise } });
    const calling = call();
    await poll("the call", async () => rule.hits[0], { timeoutMs: 5_000, intervalMs: 5 });
    agent.destroy();
    await assert.rejects(calling);
    // Its end has to travel to the proxy first.
    await setTimeout(100);
    held.resolve();
    proxy.clearRules();
    agent = new Agent({ ca: agent.options.ca, keepAlive: true });
    await call();
    assert.equal(echo.heard.length, 1);
  });

  test("cuts a caller's connection when the API server is gone", async () => {
    await echo[Symbol.asyncDispose]();
    await assert.rejects(call(), { code: "ECONNRESET" });
  });
});
