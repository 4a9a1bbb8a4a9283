import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { serveSite } from "./serve-site.ts";

describe("serveSite()", () => {
  let folder: string;
  let server: Server;
  let address: AddressInfo;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-site-"));
    await mkdir(join(folder, "site/zh"), { recursive: true });
    await writeFile(join(folder, "secret.txt"), "secret");
    await writeFile(join(folder, "site/index.html"), "home");
    await writeFile(join(folder, "site/errors.html"), "errors");
    await writeFile(join(folder, "site/zh/index.html"), "zh");
    server = await serveSite(join(folder, "site"), 0);
    address = server.address() as AddressInfo;
  });

  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Asks for a path as it is written, `..` included. */
  async function get(path: string): Promise<{ status: number | undefined; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number | undefined;
      body: string;
    }>();
    request({ host: "127.0.0.1", port: address.port, path, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on("error", reject)
      .end();
    return promise;
  }

  it("listens on loopback alone", () => assert.equal(address.address, "127.0.0.1"));

  const rows: [path: string, body: string][] = [
    ["/", "home"],
    ["/errors.html", "errors"],
    ["/errors?x=1", "errors"],
    ["/zh/", "zh"],
  ];
  for (const [path, body] of rows) {
    it(`finds ${path}`, async () => assert.deepEqual(await get(path), { status: 200, body }));
  }

  for (const path of ["/gone", "/../secret.txt", "/%2e%2e/secret.txt", "/%"]) {
    it(`finds nothing at ${path}`, async () => assert.equal((await get(path)).status, 404));
  }
});
