import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { CERT_MANAGER_CRDS, findCertManagerCrds } from "./cert-manager-crds.ts";
import { CERT_MANAGER } from "./server-catalog.ts";

let root: string;
let cacheDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cert-manager-crds-test-"));
  cacheDir = join(root, "cache");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A PATH with a stand-in for Go that has "downloaded" a module with one CRD in it. */
function pathWithGo(module: { sum: string }): string {
  const crds = join(root, "module", "deploy", "crds");
  mkdirSync(crds, { recursive: true });
  writeFileSync(join(crds, "x.yaml"), "kind: X\n");
  writeFileSync(join(crds, "README.md"), "");
  const folder = join(root, "path");
  mkdirSync(folder);
  const answer = JSON.stringify({ Dir: join(root, "module"), Sum: module.sum }, null, "\t");
  const script = [
    "#!/bin/sh",
    'if [ "$1" = env ]; then echo go1.26.0; exit; fi',
    "echo 'go: downloading a module' >&2",
    `/bin/cat <<'END'\n${answer}\nEND`,
  ];
  writeFileSync(join(folder, "go"), `${script.join("\n")}\n`);
  chmodSync(join(folder, "go"), 0o755);
  return folder;
}

describe("findCertManagerCrds()", { timeout: 60_000 }, () => {
  const { sum } = CERT_MANAGER_CRDS["1.2.0"];

  test("fetches a version once and takes the cache afterwards", async () => {
    const env = { PATH: pathWithGo({ sum }) };
    const folder = await findCertManagerCrds("1.2.0", { env, cacheDir });
    assert.deepEqual(readdirSync(folder), ["x.yaml"]);
    assert.equal(await findCertManagerCrds("1.2.0", { env: { PATH: "" }, cacheDir }), folder);
  });

  test("refuses a module with another checksum, and leaves nothing of it", async () => {
    const env = { PATH: pathWithGo({ sum: "h1:another=" }) };
    await assert.rejects(findCertManagerCrds("1.2.0", { env, cacheDir }), {
      code: "ERR_SERVER_BUILD",
      message: `Cannot fetch the CRDs of cert-manager 1.2.0: github.com/jetstack/cert-manager v1.2.0 has checksum h1:another=, must be ${sum}`,
    });
    assert.deepEqual(readdirSync(cacheDir), []);
  });

  test("says where it looked and what to install when there is no Go", async () => {
    const entry = join(cacheDir, "cert-manager-crds-1.2.0");
    await assert.rejects(findCertManagerCrds("1.2.0", { env: { PATH: "" }, cacheDir }), {
      code: "ERR_SERVERS_NOT_FOUND",
      message: [
        "Cannot find the CRDs of cert-manager 1.2.0. Looked at:",
        `  - the cache has no ${entry}`,
        "  - PATH has no go",
        'Install Go 1.26 or newer (https://go.dev/dl) and have "go" on PATH: it fetches them once, in seconds.',
      ].join("\n"),
    });
    assert.equal(existsSync(cacheDir), false);
  });

  test("knows the version that is run here as the newest", () => {
    assert.equal(Object.keys(CERT_MANAGER_CRDS).at(-1), CERT_MANAGER.version);
  });
});
