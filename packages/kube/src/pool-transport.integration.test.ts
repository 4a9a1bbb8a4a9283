import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import type { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import { createTransport, type TransportOptions } from "./pool-transport.ts";
import { createMetrics } from "./prometheus-metrics.ts";
import type { ApiRequest, Transport } from "./transport.ts";

/** Self-signed for 127.0.0.1 and api.test, until 2126. Made for these tests; it secures nothing. */
const CERT_PEM = `-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUO0aIUE+hc06mKDVTLi3Eo5B9vo8wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIbG9vcGJhY2swIBcNMjYxMTI0MDI0MDM3WhgPMjEyNjEwMzEw
MjQwMzdaMBMxETAPBgNVBAMMCGxvb3BiYWNrMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEu32vMHsleGddfBt+pTi0XDR5SqTFzW/MlfMi5h3pY+FXKbn6IJtNuo7A
q225l5DAhgk7kaACPfmaLHcsRa1USaNuMGwwHQYDVR0OBBYEFEPgj5uFSpj1j2l+
R/ZmbQzy01unMB8GA1UdIwQYMBaAFEPgj5uFSpj1j2l+R/ZmbQzy01unMBkGA1Ud
EQQSMBCHBH8AAAGCCGFwaS50ZXN0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0E
AwIDSQAwRgIhAPkHvxb9AYVKta+yRdUgfriCqFhJIY925fzhYRoOCrP6AiEAl+CG
O5CazOPtFAY49r8DXySoA+zTuWx2jKykoz1mPO0=
-----END CERTIFICATE-----`;
const KEY_PEM = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPct7DhHh/tTh9JUk
ZvQWCCarNPDodiDXd/nS0pl/jAGhRANCAAS7fa8weyV4Z118G36lOLRcNHlKpMXN
b8yV8yLmHelj4Vcpufogm026jsCrbbmXkMCGCTuRoAI9+ZosdyxFrVRJ
-----END PRIVATE KEY-----`;

const GET: ApiRequest = { method: "GET", path: "/things" };
const POST: ApiRequest = { method: "POST", path: "/things", body: { a: 1 } };
const DELETE: ApiRequest = { method: "DELETE", path: "/things/1" };
const APPLY: ApiRequest = {
  method: "PATCH",
  path: "/things/1",
  body: { a: 1 },
  contentType: "application/apply-patch+yaml",
};

const cleanups: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

/** A server on the loopback, and the connections made to it. */
class Loopback {
  connections = 0;
  port = 0;
  readonly open = new Set<Socket>();
  readonly seen: IncomingMessage[] = [];
  readonly scheme: "http" | "https";

  constructor(scheme: "http" | "https") {
    this.scheme = scheme;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  async listen(server: Server): Promise<this> {
    server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.open.add(socket);
      socket.on("close", () => this.open.delete(socket));
      socket.on("error", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    cleanups.push(async () => {
      for (const socket of this.open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return this;
  }

  /** Waits until every connection is closed. */
  async drained(): Promise<void> {
    for (const socket of this.open) {
      if (!socket.destroyed) await once(socket, "close");
    }
  }
}

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => void | Promise<void>;

function serve(handler: Handler, scheme: "http" | "https" = "http"): Promise<Loopback> {
  const loopback = new Loopback(scheme);
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    loopback.seen.push(request);
    // A handler that fails shows as a call without an answer.
    void handler(request, response, loopback.seen.length);
  };
  const tls = { cert: CERT_PEM, key: KEY_PEM, requestCert: true, rejectUnauthorized: false };
  return loopback.listen(
    scheme === "https" ? createTlsServer(tls, onRequest) : createServer(onRequest),
  );
}

function open(
  connection: Pick<Connection, "server"> & Partial<Connection>,
  options: TransportOptions = {},
): Transport {
  const transport = createTransport(
    { insecureSkipTlsVerify: false, identity: { type: "none" }, ...connection },
    options,
  );
  cleanups.push(() => transport.close());
  return transport;
}

function answer(response: ServerResponse, body: unknown = { ok: true }): void {
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}) {
  response.writeHead(status, headers);
  answer(response, { kind: "Status", message: `status ${status}`, code: status });
}

describe("createTransport(): a call", { timeout: 30_000 }, () => {
  it("sends path, query and body, and parses the answer", async () => {
    const server = await serve(async (request, response) => {
      const body = (await Array.fromAsync(request)).join("");
      answer(response, { url: request.url, method: request.method, body, ...request.headers });
    });
    const transport = open({
      server: `${server.url}/k8s/c-1`,
      identity: { type: "token", token: "t" },
    });
    const query = { labelSelector: "a in (b,c)&d", continue: undefined };
    const echoed = (await transport.request({ ...APPLY, query })) as Record<string, unknown>;
    assert.deepEqual(
      {
        url: echoed.url,
        method: echoed.method,
        body: echoed.body,
        contentType: echoed["content-type"],
        accept: echoed.accept,
        authorization: echoed.authorization,
        userAgent: echoed["user-agent"],
      },
      {
        url: "/k8s/c-1/things/1?labelSelector=a+in+%28b%2Cc%29%26d",
        method: "PATCH",
        body: '{"a":1}',
        contentType: "application/apply-patch+yaml",
        accept: "application/json",
        authorization: "Bearer t",
        userAgent: "countersign",
      },
    );
  });

  it("tells the server's clock, also when the server refuses", async () => {
    const date = "Sun, 01 Mar 2026 12:00:00 GMT";
    const server = await serve((_, response, count) =>
      count === 1 ? void response.writeHead(204, { date }).end() : refuse(response, 403, { date }),
    );
    const transport = open({ server: server.url });
    const told: string[] = [];
    const call = { ...GET, onServerDate: (each: string) => told.push(each) };
    await transport.request(call);
    await assert.rejects(transport.request(call), { status: 403 });
    assert.deepEqual(told, [date, date]);
  });

  it("gives undefined for an answer without a body", async () => {
    const server = await serve((_, response) => void response.writeHead(204).end());
    assert.equal(await open({ server: server.url }).request(GET), undefined);
  });

  it("keeps its connections for 200 calls, and opens no more than it may", async () => {
    const server = await serve((_, response) => answer(response));
    const transport = open({ server: server.url }, { connections: 4 });
    for (let i = 0; i < 200; i += 1) await transport.request(GET);
    // Two, since undici rests a connection for one turn of the event loop between calls.
    assert.ok(server.connections <= 2, `${server.connections} connections`);
    await Promise.all(Array.from({ length: 100 }, () => transport.request(GET)));
    assert.ok(server.connections <= 4, `${server.connections} connections`);
  });

  it("sends nothing when beforeSend throws, also at a later try, and keeps its connection", async () => {
    const server = await serve((_, response, count) =>
      count === 2 ? refuse(response, 429, { "retry-after": "0" }) : answer(response),
    );
    const transport = open({ server: server.url }, { connections: 1 });
    await transport.request(GET);
    const refusal = new Error("not now");
    let asked = 0;
    const allowed = (times: number) => () => {
      asked += 1;
      if (asked > times) throw refusal;
    };
    await assert.rejects(transport.request({ ...POST, beforeSend: allowed(1) }), refusal);
    assert.equal(asked, 2);
    await assert.rejects(transport.request({ ...APPLY, beforeSend: allowed(0) }), refusal);
    await transport.request(GET);
    assert.deepEqual(
      server.seen.map(({ method }) => method),
      ["GET", "POST", "GET"],
    );
    assert.equal(server.connections, 1);
  });

  it("replaces a connection that has reached its age, also under load", async () => {
    const server = await serve((_, response) => answer(response));
    const transport = open({ server: server.url }, { connections: 1, connectionLifeMs: 100 });
    const until = performance.now() + 500;
    while (performance.now() < until) await transport.request(GET);
    assert.ok(server.connections >= 3, `${server.connections} connections`);
    assert.ok(server.open.size <= 2, `${server.open.size} open`);
  });

  it("rejects with an ApiError for a status of 400 and more", async () => {
    const server = await serve((_, response) => refuse(response, 404));
    await assert.rejects(open({ server: server.url }).request(GET), {
      name: "ApiError",
      code: "NotFound",
      message: "Cannot GET /things: 404 NotFound: status 404",
    });
  });

  it("rejects when the answer is larger than allowed", async () => {
    const server = await serve((_, response) => answer(response, "x".repeat(200_000)));
    const transport = open({ server: server.url }, { maxResponseBytes: 100_000 });
    await assert.rejects(transport.request(GET), {
      code: "ERR_TRANSPORT_ANSWER",
      message: /^Cannot GET \/things at http:.*: the answer is too large/,
    });
  });

  it("rejects when the answer is not JSON, and quotes nothing of it", async () => {
    const server = await serve((_, response) => void response.end("<html>s3cret"));
    await assert.rejects(open({ server: server.url }).request(GET), (error: Error) => {
      assert.equal("code" in error && error.code, "ERR_TRANSPORT_ANSWER");
      assert.ok(!JSON.stringify([error.message, String(error.cause)]).includes("s3cret"));
      return true;
    });
  });

  it("rejects when the server says nothing", async () => {
    const server = await serve(() => {});
    const transport = open({ server: server.url }, { headersTimeoutMs: 100 });
    await assert.rejects(transport.request(GET), {
      code: "ERR_TRANSPORT_TIMEOUT",
      maybeSent: true,
      message: /no answer in time \(UND_ERR_HEADERS_TIMEOUT\)$/,
    });
  });

  it("rejects when nobody listens, and knows that nothing was sent", async () => {
    await assert.rejects(open({ server: "http://127.0.0.1:1" }).request(POST), {
      code: "ERR_TRANSPORT_REFUSED",
      maybeSent: false,
      message: "Cannot POST /things at http://127.0.0.1:1: connection refused (ECONNREFUSED)",
    });
  });

  it("rejects at once with the signal's reason, also while it waits for a connection", async () => {
    const server = await serve(() => {});
    const transport = open({ server: server.url }, { connections: 1 });
    const abort = new AbortController();
    const reason = new Error("enough");
    const calls = [1, 2].map(() => transport.request({ ...GET, signal: abort.signal }));
    setTimeout(() => abort.abort(reason), 20);
    for (const call of calls) await assert.rejects(call, reason);
  });

  it("close() fails the calls under way and those after", async () => {
    const server = await serve(() => {});
    const transport = open({ server: server.url }, { connections: 1 });
    const calls = [transport.request(GET), transport.request(POST)];
    const settled = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await transport.close();
    for (const call of await settled) {
      assert.equal(call.status === "rejected" && call.reason.code, "ERR_TRANSPORT_CLOSED");
    }
    await assert.rejects(transport.request(GET), {
      code: "ERR_TRANSPORT_CLOSED",
      maybeSent: false,
    });
    await assert.rejects(transport.stream(GET), { code: "ERR_TRANSPORT_CLOSED" });
  });
});

describe("createTransport(): trying again", { timeout: 30_000 }, () => {
  for (const request of [GET, POST]) {
    it(`waits as Retry-After says after a 429 to a ${request.method}`, async () => {
      const server = await serve((_, response, count) =>
        count === 1 ? refuse(response, 429, { "retry-after": "1" }) : answer(response),
      );
      const start = performance.now();
      assert.deepEqual(await open({ server: server.url }).request(request), { ok: true });
      assert.ok(performance.now() - start >= 990);
      assert.equal(server.seen.length, 2);
    });
  }

  it("gives up after three tries", async () => {
    const server = await serve((_, response) => refuse(response, 503, { "retry-after": "0" }));
    await assert.rejects(open({ server: server.url }).request(GET), { code: "ServiceUnavailable" });
    assert.equal(server.seen.length, 3);
  });

  it("stops waiting when the signal aborts", async () => {
    const server = await serve((_, response) => refuse(response, 429, { "retry-after": "20" }));
    const reason = new Error("enough");
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 100);
    const call = open({ server: server.url }).request({ ...GET, signal: abort.signal });
    await assert.rejects(call, reason);
  });

  it("gets a fresh credential after a 401, once", async () => {
    const tokens = ["old", "new"];
    let headers = { authorization: "Bearer old" };
    const credentials: Credentials = {
      headers: async () => headers,
      refresh: async (refused) => {
        assert.equal(refused, headers);
        headers = { authorization: `Bearer ${tokens.pop()}` };
        return true;
      },
    };
    const server = await serve((request, response) =>
      request.headers.authorization === "Bearer new" ? answer(response) : refuse(response, 401),
    );
    const transport = open({ server: server.url }, { credentials });
    assert.deepEqual(await transport.request(POST), { ok: true });
    headers = { authorization: "Bearer other" };
    await assert.rejects(transport.request(GET), { code: "Unauthorized" });
    assert.equal(server.seen.length, 4);
  });

  it("does not send the same token twice after a 401", async () => {
    const server = await serve((_, response) => refuse(response, 401));
    const transport = open({ server: server.url, identity: { type: "token", token: "t" } });
    await assert.rejects(transport.request(GET), { code: "Unauthorized" });
    assert.equal(server.seen.length, 1);
  });

  for (const request of [GET, APPLY]) {
    it(`sends a ${request.method} again when its connection closes unanswered`, async () => {
      const server = await serve((incoming, response, count) =>
        count === 1 ? void incoming.socket.destroy() : answer(response),
      );
      assert.deepEqual(await open({ server: server.url }).request(request), { ok: true });
      assert.equal(server.seen.length, 2);
    });
  }

  for (const request of [POST, DELETE]) {
    it(`sends a ${request.method} once, whatever happens to its connection`, async () => {
      const server = await serve((incoming) => void incoming.socket.destroy());
      await assert.rejects(open({ server: server.url }).request(request), {
        code: "ERR_TRANSPORT_RESET",
        maybeSent: true,
      });
      assert.equal(server.seen.length, 1);
    });
  }
});

describe("createTransport(): metrics", { timeout: 30_000 }, () => {
  it("count tries, retries and bytes by method, and what got no answer as <error>", async () => {
    const metrics = createMetrics({ process: false });
    const server = await serve((incoming, response, count) => {
      if (count === 1) refuse(response, 429, { "retry-after": "0" });
      else if (count === 3) incoming.socket.destroy();
      else answer(response);
    });
    const transport = open({ server: server.url }, { metrics });
    await transport.request(GET);
    await assert.rejects(transport.request(POST));
    await Array.fromAsync(await transport.stream(GET));
    const text = (await metrics.expose()).replaceAll(`127.0.0.1:${server.port}`, "host");
    for (const line of [
      'requests_total{code="429",method="GET",host="host"} 1',
      'requests_total{code="200",method="GET",host="host"} 2',
      'requests_total{code="<error>",method="POST",host="host"} 1',
      'request_retries_total{code="429",verb="GET",host="host"} 1',
      'request_duration_seconds_count{verb="GET",host="host"} 3',
      'request_size_bytes_sum{verb="POST",host="host"} 7',
      'response_size_bytes_sum{verb="GET",host="host"} 11',
    ]) {
      assert.ok(text.includes(`rest_client_${line}\n`), `${line} is not in\n${text}`);
    }
  });
});

describe("createTransport(): a stream", { timeout: 30_000 }, () => {
  /** A watch that says hello and then nothing; every other path is answered. */
  const watch: Handler = (request, response) => {
    if (request.url === "/watch") response.write("hello\n");
    else answer(response);
  };
  const WATCH: ApiRequest = { method: "GET", path: "/watch" };

  it("has a connection of its own, which an end of the iteration closes", async () => {
    const server = await serve(watch);
    const transport = open({ server: server.url }, { connections: 1 });
    for await (const chunk of await transport.stream(WATCH)) {
      assert.equal(Buffer.from(chunk).toString(), "hello\n");
      assert.equal(server.open.size, 1);
      await transport.request(GET);
      assert.equal(server.open.size, 2);
      break;
    }
    await transport.close();
    await server.drained();
  });

  it("ends when the server ends it", async () => {
    const server = await serve((_, response) => void response.end("a\nb\n"));
    const chunks = await Array.fromAsync(await open({ server: server.url }).stream(WATCH));
    assert.equal(Buffer.concat(chunks).toString(), "a\nb\n");
    await server.drained();
  });

  it("closes its connection when the signal aborts, iterated or not", async () => {
    const server = await serve(watch);
    const transport = open({ server: server.url });
    const abort = new AbortController();
    const reason = new Error("enough");
    const request = { ...WATCH, signal: abort.signal };
    const [iterated] = await Promise.all([transport.stream(request), transport.stream(request)]);
    const iteration = iterated[Symbol.asyncIterator]();
    await iteration.next();
    const next = iteration.next();
    abort.abort(reason);
    await assert.rejects(next, reason);
    await server.drained();
  });

  it("rejects when nothing comes for too long", async () => {
    const server = await serve(watch);
    const transport = open({ server: server.url }, { streamIdleTimeoutMs: 200 });
    await assert.rejects(Array.fromAsync(await transport.stream(WATCH)), {
      code: "ERR_TRANSPORT_TIMEOUT",
      message: /the answer stopped arriving \(UND_ERR_BODY_TIMEOUT\)$/,
    });
    await server.drained();
  });

  it("rejects when the connection breaks, and when the transport closes", async () => {
    const server = await serve(watch);
    const transport = open({ server: server.url });
    const broken = Array.fromAsync(await transport.stream(WATCH));
    const expected = assert.rejects(broken, { code: "ERR_TRANSPORT_RESET" });
    for (const socket of server.open) socket.destroy();
    await expected;
    const closed = Array.fromAsync(await transport.stream(WATCH));
    const closedAsExpected = assert.rejects(closed, { code: "ERR_TRANSPORT_CLOSED" });
    await transport.close();
    await closedAsExpected;
  });

  it("rejects with an ApiError, and keeps no connection", async () => {
    const server = await serve((_, response) => refuse(response, 410));
    await assert.rejects(open({ server: server.url }).stream(WATCH), { code: "Expired" });
    await server.drained();
  });
});

describe("createTransport(): TLS and proxies", { timeout: 30_000 }, () => {
  const echo: Handler = (_, response) => answer(response);

  it("trusts the CA it is given, under the name it is given", async () => {
    const server = await serve(echo, "https");
    await open({ server: server.url, caPem: CERT_PEM }).request(GET);
    await open({ server: server.url, caPem: CERT_PEM, tlsServerName: "api.test" }).request(GET);
  });

  const untrusted = [
    { name: "an unknown CA", connection: {}, message: /\(DEPTH_ZERO_SELF_SIGNED_CERT\)/ },
    {
      name: "another name",
      connection: { caPem: CERT_PEM, tlsServerName: "other.test" },
      message: /\(ERR_TLS_CERT_ALTNAME_INVALID\): .*other\.test/,
    },
  ];
  for (const { name, connection, message } of untrusted) {
    it(`rejects a certificate of ${name} before anything is sent`, async () => {
      const server = await serve(echo, "https");
      const transport = open({ server: server.url, ...connection });
      const expected = { code: "ERR_TRANSPORT_TLS", maybeSent: false, message };
      await assert.rejects(transport.request(GET), expected);
      await assert.rejects(transport.stream(GET), expected);
      assert.equal(server.seen.length, 0);
    });
  }

  it("takes new connections for a new client certificate", async () => {
    const server = await serve(echo, "https");
    const certificate = { certPem: CERT_PEM, keyPem: KEY_PEM };
    const credentials = {
      headers: async () => ({}),
      refresh: async () => false,
      clientCertificate: certificate,
    };
    const transport = open(
      { server: server.url, caPem: CERT_PEM },
      { credentials, connections: 1 },
    );
    await transport.request(GET);
    await transport.request(GET);
    assert.equal(server.connections, 1);
    credentials.clientCertificate = { ...certificate };
    await transport.request(GET);
    assert.equal(server.connections, 2);
    await transport.close();
    await server.drained();
  });

  /** An HTTP proxy that only opens tunnels. */
  async function serveProxy(status = 200): Promise<Loopback & { readonly tunnels: string[] }> {
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, client: Socket) => {
      tunnels.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      client.write(`HTTP/1.1 ${status} Answer\r\n\r\n`);
      if (status !== 200) return void client.end();
      const [host, port] = (request.url ?? "").split(":");
      const upstream = connect(Number(port), host);
      upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
      upstream.pipe(client).pipe(upstream);
    });
    return Object.assign(await new Loopback("http").listen(proxy), { tunnels });
  }

  it("goes through a proxy, calls and streams", async () => {
    const server = await serve(echo, "https");
    const proxy = await serveProxy();
    const proxyUrl = `http://me:s3cret@127.0.0.1:${proxy.port}`;
    const connection = { server: server.url, caPem: CERT_PEM, proxyUrl };
    const transport = open(connection, { connections: 1 });
    assert.deepEqual(await transport.request(GET), { ok: true });
    assert.deepEqual(await transport.request(GET), { ok: true });
    await Array.fromAsync(await transport.stream(GET));
    const authorization = `Basic ${Buffer.from("me:s3cret").toString("base64")}`;
    const tunnel = `127.0.0.1:${server.port} ${authorization}`;
    assert.deepEqual(proxy.tunnels, [tunnel, tunnel]);
  });

  it("says when the proxy refuses, without its password", async () => {
    const proxy = await serveProxy(407);
    const proxyUrl = `http://me:s3cret@127.0.0.1:${proxy.port}`;
    await assert.rejects(open({ server: "https://api.test", proxyUrl }).request(GET), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      assert.equal(error.code, "ERR_TRANSPORT_PROXY");
      assert.match(error.message, /through proxy http:\/\/127.0.0.1:\d+: .*\(407\)/);
      assert.ok(!error.message.includes("s3cret"));
      return true;
    });
  });
});
