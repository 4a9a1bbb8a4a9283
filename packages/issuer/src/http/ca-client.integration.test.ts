import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as z from "zod";
import { type RunningServer, serveHttp, serveTcp } from "../testdata/http-server.ts";
import { type CaClientOptions, createCaClient } from "./ca-client.ts";
import type { CaConnection, CaTarget } from "./ca-connection.ts";

const TOKEN = "t0p-s3cret";
const CLUSTER_ISSUER = {};
const ISSUER = { namespace: "team-a" };

interface Caller {
  readonly options?: CaClientOptions;
  readonly issuer?: { namespace?: string };
  readonly signal?: AbortSignal;
  readonly target?: Partial<CaTarget>;
}

describe("createCaClient()", { timeout: 60_000 }, () => {
  let cleanup: AsyncDisposableStack;
  beforeEach(() => {
    cleanup = new AsyncDisposableStack();
  });
  afterEach(() => cleanup.disposeAsync());

  async function caThat(listener: RequestListener): Promise<RunningServer<unknown>> {
    return cleanup.use(await serveHttp(listener));
  }

  function call(server: { port: number } | string, caller: Caller = {}): CaConnection {
    const { options = {}, issuer = CLUSTER_ISSUER, target } = caller;
    const client = createCaClient({ environment: {}, ...options });
    cleanup.defer(() => client.close());
    const { signal = new AbortController().signal } = caller;
    const url = typeof server === "string" ? server : `http://127.0.0.1:${server.port}`;
    return client.to({ issuer, signal }, { url, token: TOKEN, ...target });
  }

  test("sends method, path, headers and body, and reads the answer", async () => {
    const server = await caThat((request, response) => {
      request.setEncoding("utf8").once("data", (body) => {
        const { method, url, headers } = request;
        const { authorization, "idempotency-key": key, "content-type": type } = headers;
        response.writeHead(201, { "x-serial": "17" });
        response.end(JSON.stringify({ method, url, authorization, key, type, body }));
      });
    });
    const target = { url: `http://127.0.0.1:${server.port}/v1`, token: `${TOKEN}\n` };
    const headers = { "Idempotency-Key": "a" };
    const api = call(server, { target });
    const answer = await api.post("/sign?full=1", { json: { csr: "pem" }, headers });
    assert.deepEqual([answer.status, answer.headers["x-serial"]], [201, "17"]);
    assert.deepEqual(JSON.parse(answer.text), {
      method: "POST",
      url: "/v1/sign?full=1",
      authorization: `Bearer ${TOKEN}`,
      key: "a",
      type: "application/json",
      body: '{"csr":"pem"}',
    });
    const read = answer.json(z.object({ body: z.string() }));
    assert.equal(read.body, '{"csr":"pem"}');
  });

  test("keeps connections for the next calls, also of another issuer", async () => {
    const server = await caThat((_, response) => response.end("ok"));
    const client = createCaClient({ environment: {} });
    cleanup.defer(() => client.close());
    const { signal } = new AbortController();
    const url = `http://127.0.0.1:${server.port}`;
    for (const token of ["first", "second", "first", "second", "first"]) {
      assert.equal((await client.to({ issuer: {}, signal }, { url, token }).get("/")).text, "ok");
    }
    // A connection is free one turn of the event loop after its answer has been read.
    assert.ok(server.connections <= 2, `${server.connections} connections`);
  });

  describe("by an answer's status", () => {
    const rows: [status: number, code: string, message: string][] = [
      [422, "ERR_COUNTERSIGN_PERMANENT", "The CA at <url>/sign answered 422: no (hidden)"],
      [
        403,
        "ERR_COUNTERSIGN_ISSUER",
        "The CA at <url>/sign answered 403: no (hidden). See to the issuer's credentials, and to what the CA lets them do.",
      ],
      [
        404,
        "ERR_COUNTERSIGN_ISSUER",
        "The CA at <url>/sign answered 404: no (hidden). See to the issuer's URL.",
      ],
      [503, "ERR_COUNTERSIGN_CA", "The CA at <url>/sign answered 503: no (hidden)"],
    ];
    for (const [status, code, message] of rows) {
      test(`throws ${code} for ${status}, without the token that the CA repeats`, async () => {
        const server = await caThat((_, response) => {
          response.writeHead(status, { "retry-after": "7" }).end(`no ${TOKEN}`);
        });
        const expected = message.replace("<url>", `http://127.0.0.1:${server.port}`);
        const retry = code === "ERR_COUNTERSIGN_CA" ? { status, retryAfterMs: 7_000 } : {};
        const signing = call(server).post("/sign?key=secret", { body: "pem" });
        await assert.rejects(signing, { code, message: expected, ...retry });
      });
    }

    test("lets the call say what a status means to it", async () => {
      const server = await caThat((_, response) => response.writeHead(404).end("no order"));
      const api = call(server);
      assert.equal((await api.get("/orders/1", { on: { 404: "answer" } })).text, "no order");
      await assert.rejects(api.get("/orders/1", { on: { 404: "permanent" } }), {
        code: "ERR_COUNTERSIGN_PERMANENT",
      });
    });

    test("tells the status of an error whose body is beyond the limit", async () => {
      const server = await caThat((_, response) => response.writeHead(422).end("x".repeat(2_000)));
      const api = call(server, { options: { maxAnswerBytes: 1_000 } });
      await assert.rejects(api.post("/sign", { body: "pem" }), {
        code: "ERR_COUNTERSIGN_PERMANENT",
        message: `The CA at http://127.0.0.1:${server.port}/sign answered 422: (no text)`,
      });
    });

    test("refuses JSON of another form, and says which field", async () => {
      const server = await caThat((_, response) => response.end('{"order":{"id":"x"}}'));
      const answer = await call(server).get("/orders/1");
      const schema = z.object({ order: z.object({ id: z.number() }) });
      assert.throws(() => answer.json(schema), {
        code: "ERR_COUNTERSIGN_CA",
        message: `The CA at http://127.0.0.1:${server.port}/orders/1 answered 200, and its answer is not of the expected form: order.id: Invalid input: expected number, received string`,
      });
    });
  });

  describe("within limits", () => {
    const silent: RequestListener = () => {};
    const trickling: RequestListener = (_, response) => {
      response.writeHead(200).write("x");
    };
    const dripping: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    };
    const endless: RequestListener = (_, response) => {
      response.writeHead(200);
      const more = (): void => void (response.write("x".repeat(16_384)) ? setImmediate(more) : 0);
      response.on("drain", more).on("error", () => {});
      more();
    };
    const encoded: RequestListener = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("x");
    };
    const manyHeaders: RequestListener = (_, response) => {
      response.setHeader("x-long", "x".repeat(40_000)).end("ok");
    };
    const rows: [what: string, RequestListener, CaClientOptions, message: string][] = [
      [
        "an answer that does not begin",
        silent,
        { headersTimeoutMs: 200 },
        "no answer came in time (UND_ERR_HEADERS_TIMEOUT)",
      ],
      [
        "an answer that stops",
        trickling,
        { bodyTimeoutMs: 200 },
        "the answer stopped arriving (UND_ERR_BODY_TIMEOUT)",
      ],
      [
        "an answer that never ends, however steadily it comes",
        dripping,
        { bodyTimeoutMs: 200, totalTimeoutMs: 400 },
        "the whole answer did not come in time (ERR_CA_TOTAL_TIMEOUT)",
      ],
      [
        "an answer without an end that comes fast",
        endless,
        { maxAnswerBytes: 100_000 },
        "the answer cannot be read: it has more than 100000 bytes",
      ],
      [
        "an encoding that was not asked for",
        encoded,
        {},
        "the answer cannot be read: it is encoded as gzip, which was not asked for",
      ],
      [
        "headers without measure",
        manyHeaders,
        {},
        "the answer's headers are too large (UND_ERR_HEADERS_OVERFLOW)",
      ],
    ];
    for (const [what, listener, options, problem] of rows) {
      test(`gives up ${what}`, async () => {
        const server = await caThat(listener);
        await assert.rejects(call(server, { options }).post("/sign", { body: "pem" }), {
          code: "ERR_COUNTERSIGN_CA",
          mayHaveArrived: true,
          message: `The CA at http://127.0.0.1:${server.port}/sign did not answer: ${problem}. It may have got the call.`,
        });
      });
    }

    test("gives up connecting to what does not answer a handshake", async () => {
      const server = cleanup.use(await serveTcp(() => {}));
      const url = `https://127.0.0.1:${server.port}`;
      const api = call(url, { options: { connectTimeoutMs: 300 } });
      await assert.rejects(api.post("/sign", { body: "pem" }), {
        code: "ERR_COUNTERSIGN_CA",
        mayHaveArrived: false,
        message: `The CA at ${url}/sign cannot be reached: connecting took too long (UND_ERR_CONNECT_TIMEOUT)`,
      });
    });

    test("ends with the caller's signal at once, with its reason", async () => {
      const { promise: arrived, resolve } = Promise.withResolvers<void>();
      const server = await caThat(() => resolve());
      const stop = new AbortController();
      const calling = call(server, { signal: stop.signal }).get("/health");
      await arrived;
      const reason = new Error("the request was deleted");
      stop.abort(reason);
      await assert.rejects(calling, reason);
    });
  });

  describe("where no answer comes", () => {
    test("tells a refused connection from a call that may have arrived", async () => {
      const server = await serveHttp(() => {});
      const url = `http://127.0.0.1:${server.port}`;
      await server[Symbol.asyncDispose]();
      await assert.rejects(call(url).post("/sign", { body: "pem" }), {
        code: "ERR_COUNTERSIGN_CA",
        mayHaveArrived: false,
        message: `The CA at ${url}/sign cannot be reached: the connection was refused (ECONNREFUSED)`,
      });
      const cutting = await caThat((request) => request.socket.destroy());
      await assert.rejects(call(cutting).post("/sign", { body: "pem" }), {
        code: "ERR_COUNTERSIGN_CA",
        mayHaveArrived: true,
        message: `The CA at http://127.0.0.1:${cutting.port}/sign did not answer: the connection was closed (UND_ERR_SOCKET). It may have got the call.`,
      });
    });

    test("tells what is no HTTP", async () => {
      const server = cleanup.use(await serveTcp((socket) => socket.end("SSH-2.0-x\r\n")));
      await assert.rejects(call(server).get("/health"), {
        code: "ERR_COUNTERSIGN_CA",
        message: `The CA at http://127.0.0.1:${server.port}/health did not answer: the answer is not HTTP (HTTPParserError)`,
      });
    });

    test("calls the issuer at fault for a name that does not exist", async () => {
      const lookup: CaClientOptions["lookup"] = (_, __, callback) => {
        callback(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), "");
      };
      await assert.rejects(call("http://ca.invalid", { options: { lookup } }).get("/health"), {
        code: "ERR_COUNTERSIGN_ISSUER",
        message:
          "The CA at http://ca.invalid/health cannot be reached: its name does not exist (ENOTFOUND)",
      });
    });

    test("shows no header that cannot be sent", async () => {
      const target = { headers: { "x-api-key": "two\nlines" } };
      assert.throws(() => call("http://127.0.0.1:1", { target }), {
        code: "ERR_COUNTERSIGN_ISSUER",
        message:
          "The header x-api-key for the CA holds a character that no header may have: correct what it is read from",
      });
    });
  });

  describe("with redirects", () => {
    test("follows them within the origin, with body and credentials", async () => {
      const server = await caThat((request, response) => {
        if (request.url === "/sign") response.writeHead(307, { location: "/v2/sign" }).end();
        else {
          request.pipe(
            response.writeHead(request.headers.authorization === `Bearer ${TOKEN}` ? 200 : 401),
          );
        }
      });
      assert.equal((await call(server).post("/sign", { body: "pem" })).text, "pem");
    });

    test("carries nothing to another origin", async () => {
      const other = await caThat((_, response) => response.end("caught"));
      const location = `http://127.0.0.1:${other.port}/`;
      const server = await caThat((_, response) => response.writeHead(302, { location }).end());
      await assert.rejects(call(server).get("/health"), {
        code: "ERR_COUNTERSIGN_ISSUER",
        message: `The CA at http://127.0.0.1:${server.port}/health answered 302, a redirect to http://127.0.0.1:${other.port}: it is not followed there, set the issuer's URL to what it must be.`,
      });
      assert.equal(other.connections, 0);
    });
  });

  describe("by address", () => {
    const LOOPBACK =
      "is the controller's own host, where a CA may be only for a cluster issuer, or with ALLOW_LOOPBACK_CA=true in the controller's environment";
    const spellings = ["127.0.0.1", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"];
    for (const host of spellings) {
      test(`keeps an issuer of a namespace from ${host}`, async () => {
        const server = await caThat((_, response) => response.end("caught"));
        const api = call(`http://${host}:${server.port}`, { issuer: ISSUER });
        const { hostname } = new URL(`http://${host}`);
        const address = hostname.replace(/^\[|\]$/g, "");
        await assert.rejects(api.get("/health"), {
          code: "ERR_COUNTERSIGN_ISSUER",
          message: `The CA at http://${hostname}:${server.port}/health cannot be reached: its address is not allowed: ${address} ${LOOPBACK}`,
        });
        assert.equal(server.connections, 0);
      });
    }

    test("lets it there where whoever runs the controller allows it", async () => {
      const server = await caThat((_, response) => response.end("ok"));
      const options = { environment: { ALLOW_LOOPBACK_CA: "true" } };
      assert.equal((await call(server, { issuer: ISSUER, options }).get("/")).text, "ok");
    });

    test("looks at the address of each connection, whatever the name was before", async () => {
      const server = await caThat((request, response) => {
        response.setHeader("connection", "close").end(request.headers.host);
      });
      // Rebinding: the name's next answer is another one. Here the first is allowed by a rule of the
      // test's, which the second is not under.
      const answers = ["127.0.0.1", "169.254.169.254", "::ffff:169.254.169.254"];
      const lookup: CaClientOptions["lookup"] = (_, __, callback) => {
        const address = answers.shift() ?? "127.0.0.1";
        callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
      };
      const api = call(`http://ca.example.com:${server.port}`, { options: { lookup } });
      assert.equal((await api.get("/health")).text, `ca.example.com:${server.port}`);
      for (const address of ["169.254.169.254", "::ffff:169.254.169.254"]) {
        await assert.rejects(api.get("/health"), {
          code: "ERR_COUNTERSIGN_ISSUER",
          message: `The CA at http://ca.example.com:${server.port}/health cannot be reached: its address is not allowed: ca.example.com is ${address}, which is a link-local, metadata or multicast address, where no CA may be`,
        });
      }
      assert.equal(server.connections, 1);
    });
  });
});
