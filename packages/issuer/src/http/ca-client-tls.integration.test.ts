import assert from "node:assert/strict";
import { request as httpRequest, type RequestListener } from "node:http";
import type { ServerOptions } from "node:https";
import { connect } from "node:net";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { type RunningServer, serveHttp } from "../testdata/http-server.ts";
import {
  createTlsAuthority,
  type TlsAuthority,
  type TlsIdentity,
} from "../testdata/tls-authority.ts";
import { type CaClientOptions, createCaClient } from "./ca-client.ts";
import type { CaConnection, CaTarget } from "./ca-connection.ts";

const ok: RequestListener = (_, response) => void response.end("ok");
const whoAsks: RequestListener = (request, response) => {
  response.end((request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? "nobody");
};

describe("createCaClient() over TLS and proxies", { timeout: 60_000 }, () => {
  let authority: TlsAuthority;
  let ofServer: TlsIdentity;
  let cleanup: AsyncDisposableStack;

  before(async () => {
    authority = await createTlsAuthority("TLS CA");
    ofServer = await authority.issue("ca.example.com");
  });
  beforeEach(() => {
    cleanup = new AsyncDisposableStack();
  });
  afterEach(() => cleanup.disposeAsync());

  async function serve(
    listener: RequestListener,
    tls: ServerOptions = {},
  ): Promise<RunningServer<unknown>> {
    const { certPem: cert, keyPem: key } = ofServer;
    return cleanup.use(await serveHttp(listener, { cert, key, ...tls }));
  }

  function call(
    target: Partial<CaTarget> & { url: string },
    options: CaClientOptions = {},
    issuer: { namespace?: string } = {},
  ): CaConnection {
    const client = createCaClient({ environment: {}, ...options });
    cleanup.defer(() => client.close());
    return client.to({ issuer, signal: new AbortController().signal }, target);
  }

  test("trusts the CA bundle of the issuer, and Node's roots where it has none", async () => {
    const server = await serve(ok);
    const url = `https://127.0.0.1:${server.port}`;
    assert.equal((await call({ url, caPem: authority.caPem }).get("/")).text, "ok");
    await assert.rejects(call({ url }).get("/health"), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: `The CA at ${url}/health cannot be reached: no trusted TLS connection: unable to verify the first certificate`,
    });
  });

  test("refuses a server of another name", async () => {
    const server = await serve(ok);
    const lookup: CaClientOptions["lookup"] = (_, __, callback) => {
      callback(null, [{ address: "127.0.0.1", family: 4 }]);
    };
    const { caPem } = authority;
    const url = `https://ca.example.com:${server.port}`;
    assert.equal((await call({ url, caPem }, { lookup }).get("/")).text, "ok");
    const other = `https://other.example.com:${server.port}`;
    await assert.rejects(call({ url: other, caPem }, { lookup }).get("/"), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: /^The CA at https:\/\/other\.example\.com:\d+\/ cannot be reached: no trusted TLS/,
    });
  });

  test("tells an https URL of a server without TLS", async () => {
    const server = cleanup.use(await serveHttp(ok));
    const url = `https://127.0.0.1:${server.port}`;
    await assert.rejects(call({ url }).get("/"), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: /no trusted TLS connection: (wrong version number|packet length too long)/,
    });
  });

  test("shows its client certificate, each issuer its own", async () => {
    const server = await serve(whoAsks, {
      ca: authority.caPem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const client = createCaClient({ environment: {} });
    cleanup.defer(() => client.close());
    const { signal } = new AbortController();
    const url = `https://127.0.0.1:${server.port}`;
    const { caPem } = authority;
    for (const name of ["first", "second"]) {
      const clientCertificate = await authority.issue(name);
      const api = client.to({ issuer: {}, signal }, { url, caPem, clientCertificate });
      assert.equal((await api.get("/")).text, name);
    }
    assert.equal((await client.to({ issuer: {}, signal }, { url, caPem }).get("/")).text, "nobody");
  });

  test("refuses what is no certificate, and a key of another's", async () => {
    const { certPem } = ofServer;
    const { keyPem } = await authority.issue("other");
    const url = "https://127.0.0.1:1";
    await assert.rejects(call({ url, caPem: "words" }).get("/"), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: /^The certificates that verify the CA cannot be used: /,
    });
    await assert.rejects(call({ url, clientCertificate: { certPem, keyPem } }).get("/"), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: "The client certificate for the CA cannot be used: its key is another one's",
    });
  });

  describe("through a proxy", () => {
    let proxy: RunningServer<unknown>;
    let proxied: string[];

    before(async () => {
      const running = await serveHttp((incoming, response) => {
        proxied.push(`${incoming.method} ${incoming.url}`);
        const { method, headers } = incoming;
        const upstream = httpRequest(incoming.url ?? "", { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        incoming.pipe(upstream);
      });
      running.server.on("connect", (request, socket) => {
        proxied.push(`CONNECT ${request.url}`);
        if (request.url?.startsWith("refused.")) {
          socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
          return;
        }
        const port = Number(request.url?.split(":").at(-1));
        const upstream = connect(port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on("error", () => socket.destroy());
        socket.on("error", () => upstream.destroy());
      });
      proxy = running;
    });
    after(() => proxy[Symbol.asyncDispose]());
    beforeEach(() => {
      proxied = [];
    });

    const environment = (): Record<string, string> => {
      const url = `http://127.0.0.1:${proxy.port}`;
      return { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: "direct.example.com" };
    };

    test("tunnels HTTPS, verified to the CA, whose name the proxy looks up", async () => {
      const server = await serve(ok);
      const url = `https://ca.example.com:${server.port}`;
      const { caPem } = authority;
      const options = { environment: environment() };
      const issuer = { namespace: "team-a" };
      assert.equal((await call({ url, caPem }, options, issuer).get("/")).text, "ok");
      assert.deepEqual(proxied, [`CONNECT ca.example.com:${server.port}`]);
      await assert.rejects(call({ url }, options).get("/"), { code: "ERR_COUNTERSIGN_ISSUER" });
    });

    test("sends plain HTTP to the proxy, within the same limits", async () => {
      const server = cleanup.use(
        await serveHttp((_, response) => void response.end("x".repeat(2_000))),
      );
      const url = `http://127.0.0.1:${server.port}`;
      const target = { url, proxyUrl: `http://127.0.0.1:${proxy.port}` };
      assert.equal((await call(target).get("/health")).text.length, 2_000);
      assert.deepEqual(proxied, [`GET ${url}/health`]);
      await assert.rejects(call(target, { maxAnswerBytes: 1_000 }).get("/health"), {
        message: /has more than 1000 bytes/,
      });
    });

    test("goes past the proxy where NO_PROXY says so", async () => {
      const server = cleanup.use(await serveHttp(ok));
      const lookup: CaClientOptions["lookup"] = (_, __, callback) => {
        callback(null, [{ address: "127.0.0.1", family: 4 }]);
      };
      const options = { environment: environment(), lookup };
      const url = `http://direct.example.com:${server.port}`;
      assert.equal((await call({ url }, options).get("/")).text, "ok");
      assert.deepEqual(proxied, []);
    });

    test("says that the proxy refuses", async () => {
      const url = "https://refused.example.com";
      await assert.rejects(call({ url }, { environment: environment() }).get("/health"), {
        code: "ERR_COUNTERSIGN_CA",
        mayHaveArrived: false,
        message:
          "The CA at https://refused.example.com/health cannot be reached: the proxy refused the tunnel: Proxy response (403) !== 200 when HTTP Tunneling",
      });
    });

    test("guards an issuer's own proxy, and addresses behind any proxy", async () => {
      const issuer = { namespace: "team-a" };
      const own = { url: "http://ca.example.com", proxyUrl: `http://127.0.0.1:${proxy.port}` };
      await assert.rejects(call(own, {}, issuer).get("/"), {
        code: "ERR_COUNTERSIGN_ISSUER",
        message: /its address is not allowed: 127\.0\.0\.1 is the controller's own host/,
      });
      const url = "https://169.254.169.254";
      await assert.rejects(call({ url }, { environment: environment() }).get("/"), {
        code: "ERR_COUNTERSIGN_ISSUER",
        message: /its address is not allowed: 169\.254\.169\.254 is a link-local/,
      });
      assert.deepEqual(proxied, []);
    });
  });
});
