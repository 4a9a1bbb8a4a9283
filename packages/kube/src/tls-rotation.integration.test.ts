import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { createTransport } from "./pool-transport.ts";
import { LOOPBACK_CERTIFICATES } from "./testdata/loopback-certificates.ts";
import type { ApiRequest, Transport } from "./transport.ts";

const [first, second] = LOOPBACK_CERTIFICATES;
assert.ok(first && second);
const GET: ApiRequest = { method: "GET", path: "/things" };
const POST: ApiRequest = { method: "POST", path: "/things", body: { a: 1 } };

describe("createTransport() whose TLS files are replaced", { timeout: 30_000 }, () => {
  let dir: string;
  let server: Server;
  let transport: Transport;
  /** Which client certificate gets an answer; the others get a 401. */
  let accepted: string;
  let calls: number;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "countersign-tls-"));
  });
  after(() => rm(dir, { recursive: true }));

  beforeEach(async () => {
    calls = 0;
    accepted = first.certPem;
    await writeCa(first);
    await writePair(first);
    const tls = { cert: first.certPem, key: first.keyPem };
    server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false });
    server.on("request", (request, response) => {
      calls += 1;
      const shown = (request.socket as TLSSocket).getPeerX509Certificate()?.toString();
      response.statusCode = shown?.trim() === accepted.trim() ? 200 : 401;
      response.end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    transport = createTransport({
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      insecureSkipTlsVerify: false,
      identity: { type: "none" },
      caPem: first.certPem,
      clientCertificate: first,
      tlsFiles: {
        ca: join(dir, "ca.crt"),
        clientCertificate: { certificate: join(dir, "tls.crt"), key: join(dir, "tls.key") },
      },
    });
  });
  afterEach(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });

  function writeCa({ certPem }: { certPem: string }): Promise<void> {
    return writeFile(join(dir, "ca.crt"), certPem);
  }

  async function writePair({ certPem, keyPem }: typeof first & object): Promise<void> {
    await writeFile(join(dir, "tls.crt"), certPem);
    await writeFile(join(dir, "tls.key"), keyPem);
  }

  /** The server comes back with a certificate of the other CA. */
  function rotateServer(): void {
    server.setSecureContext({ cert: second?.certPem, key: second?.keyPem });
    server.closeAllConnections();
  }

  it("trusts a rotated CA from the first handshake that fails on, for every call", async () => {
    await transport.request(GET);
    rotateServer();
    await writeCa(second);
    assert.deepEqual(await transport.request(POST), {});
    assert.deepEqual(await transport.request(GET), {});
    assert.deepEqual(await Array.fromAsync(await transport.stream(GET)), [Buffer.from("{}")]);
    assert.equal(calls, 4);
  });

  it("rejects a server that its files do not trust either", async () => {
    rotateServer();
    const refused = { code: "ERR_TRANSPORT_TLS", maybeSent: false };
    await assert.rejects(transport.request(GET), refused);
    await assert.rejects(transport.stream(GET), refused);
    assert.equal(calls, 0);
  });

  it("shows a rotated client certificate, on new connections, once the old one is refused", async () => {
    await transport.request(GET);
    accepted = second.certPem;
    await writePair(second);
    assert.deepEqual(await transport.request(POST), {});
    await transport.request(GET);
    assert.equal(calls, 4);
  });

  it("does not try again when the client certificate is refused and still the same", async () => {
    accepted = second.certPem;
    await assert.rejects(transport.request(GET), { code: "Unauthorized" });
    assert.equal(calls, 1);
  });
});
