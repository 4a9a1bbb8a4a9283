import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { LOOPBACK_CERTIFICATES } from "./testdata/loopback-certificates.ts";
import { TlsMaterialSource } from "./tls-material.ts";

const [first, second] = LOOPBACK_CERTIFICATES;
assert.ok(first && second);
const PATHS = { ca: "/ca.crt", clientCertificate: { certificate: "/tls.crt", key: "/tls.key" } };
const CONNECTION = { caPem: first.certPem, clientCertificate: first, tlsFiles: PATHS };

describe("TlsMaterialSource", () => {
  let files: Map<string, string>;
  let reads: string[];
  let nowMs: number;
  let source: TlsMaterialSource;

  beforeEach(() => {
    files = new Map([
      ["/ca.crt", first.certPem],
      ["/tls.crt", first.certPem],
      ["/tls.key", first.keyPem],
    ]);
    reads = [];
    nowMs = 0;
    source = new TlsMaterialSource(CONNECTION, {
      now: () => nowMs,
      readFile: async (path) => {
        reads.push(path);
        const content = files.get(path);
        if (content === undefined) throw new Error("ENOENT");
        return content;
      },
    });
  });

  it("current() is what the connection has, until a minute has passed", async () => {
    nowMs = 59_999;
    const material = await source.current();
    assert.equal(material.caPem, first.certPem);
    assert.equal(material.clientCertificate, first);
    assert.deepEqual(reads, []);
  });

  it("current() is the same object while the files hold the same", async () => {
    const before = await source.current();
    nowMs = 60_000;
    assert.equal(await source.current(), before);
    assert.equal(reads.length, 3);
  });

  it("current() is read once for all who wait", async () => {
    nowMs = 60_000;
    files.set("/ca.crt", second.certPem);
    const [one, other] = await Promise.all([source.current(), source.current()]);
    assert.equal(one, other);
    assert.equal(one?.caPem, second.certPem);
    assert.equal(reads.length, 3);
  });

  const keeps: readonly [string, Record<string, string | undefined>][] = [
    ["a CA that is absent", { "/ca.crt": undefined }],
    ["a CA that is empty", { "/ca.crt": "" }],
    ["a certificate whose key is still the old one", { "/tls.crt": second.certPem }],
    ["a key that cannot be read", { "/tls.key": "no key" }],
  ];
  for (const [what, changes] of keeps) {
    it(`keeps what it had for ${what}`, async () => {
      const before = await source.current();
      for (const [path, content] of Object.entries(changes)) {
        if (content === undefined) files.delete(path);
        else files.set(path, content);
      }
      nowMs = 60_000;
      assert.equal(await source.current(), before);
    });
  }

  it("refresh() reads at once, and says whether there is something else than what was refused", async () => {
    const refused = await source.current();
    assert.equal(await source.refresh(refused), false);
    files.set("/tls.crt", second.certPem).set("/tls.key", second.keyPem);
    assert.equal(await source.refresh(refused), true);
    assert.deepEqual((await source.current()).clientCertificate, second);
    reads = [];
    assert.equal(await source.refresh(refused), true);
    assert.deepEqual(reads, []);
  });

  it("reads nothing for a connection without files", async () => {
    const fixed = new TlsMaterialSource({ caPem: first.certPem }, { now: () => nowMs });
    nowMs = 3_600_000;
    const material = await fixed.current();
    assert.deepEqual(material, { caPem: first.certPem });
    assert.equal(await fixed.refresh(material), false);
  });
});
