import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { poll } from "../poll.ts";
import { thisPlatform } from "./cache-folder.ts";
import { findCertManager, findServers } from "./find-servers.ts";

const GONE_MS = 5_000;

let root: string;
let cacheDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "find-servers-test-"));
  cacheDir = join(root, "cache");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Makes a folder with programs that are shell scripts. */
function folderWith(name: string, scripts: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [program, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, program), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

const ETCD_3_6 = "echo etcd Version: 3.6.0";
const KUBE_1_34 = "echo Kubernetes v1.34.1";

/** A stand-in for Go: it tells a version, "builds" a script, and notes that it was asked to. */
function fakeGo(options: { version?: string; build?: string } = {}): string {
  const { version = "go1.26.0", build = "sleep 0.3" } = options;
  return `
    case "$1" in
      env) echo ${version} ;;
      build)
        echo built >> ${join(root, "builds")}
        ${build}
        for arg in "$@"; do case "$arg" in -o=*) printf '#!/bin/sh\\n' > "\${arg#-o=}"; chmod +x "\${arg#-o=}" ;; esac; done ;;
      list) echo ${join(root, "module")} ;;
    esac`;
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder);
}

function buildCount(): number {
  return readFileSync(join(root, "builds"), "utf8").trim().split("\n").length;
}

describe("findServers()", { timeout: 60_000 }, () => {
  test("takes COUNTERSIGN_ASSETS before KUBEBUILDER_ASSETS before PATH", async () => {
    const programs = { etcd: ETCD_3_6, "kube-apiserver": KUBE_1_34 };
    const [first, second, third] = ["a", "b", "c"].map((name) => folderWith(name, programs));
    const folderFor = async (env: Record<string, string | undefined>) => {
      const { etcd, kubeApiServer } = await findServers({ env, cacheDir, archiveIndex: false });
      assert.equal(kubeApiServer, etcd.replace(/etcd$/, "kube-apiserver"));
      return etcd.replace(/\/etcd$/, "");
    };
    const env = { COUNTERSIGN_ASSETS: first, KUBEBUILDER_ASSETS: second, PATH: third };
    assert.equal(await folderFor(env), first);
    assert.equal(await folderFor({ ...env, COUNTERSIGN_ASSETS: undefined }), second);
    assert.equal(await folderFor({ PATH: third }), third);
  });

  test("passes over a kube-apiserver that is too old", async () => {
    const old = folderWith("old", { etcd: ETCD_3_6, "kube-apiserver": "echo Kubernetes v1.29.9" });
    const path = folderWith("path", { "kube-apiserver": KUBE_1_34 });
    const env = { KUBEBUILDER_ASSETS: old, PATH: path };
    assert.deepEqual(await findServers({ env, cacheDir, archiveIndex: false }), {
      etcd: join(old, "etcd"),
      kubeApiServer: join(path, "kube-apiserver"),
    });
  });

  test("says in one message all it looked at and what to install", async () => {
    const env = { KUBEBUILDER_ASSETS: join(root, "none"), PATH: join(root, "empty") };
    await assert.rejects(
      findServers({ env, cacheDir, archiveIndex: "http://127.0.0.1:1/index.yaml" }),
      ({ code, message }: { code: string; message: string }) => {
        assert.equal(code, "ERR_SERVERS_NOT_FOUND");
        assert.match(message, /^Cannot find etcd and kube-apiserver\. Looked at:\n/);
        for (const part of [
          "COUNTERSIGN_ASSETS is not set",
          `KUBEBUILDER_ASSETS=${join(root, "none")}: etcd is not there`,
          "PATH has no kube-apiserver",
          `the cache has no ${cacheDir}/etcd-3.6.15-`,
          "prebuilt archives (http://127.0.0.1:1/index.yaml): ",
          "PATH has no go",
          "Install Go 1.26 or newer",
          "set KUBEBUILDER_ASSETS to a folder",
        ]) {
          assert.ok(message.includes(part), `${message}\n\nlacks: ${part}`);
        }
        return true;
      },
    );
  });

  test("says so when Go is too old", async () => {
    const env = { PATH: folderWith("path", { go: fakeGo({ version: "go1.22.3" }) }) };
    await assert.rejects(findServers({ env, cacheDir, archiveIndex: false }), {
      code: "ERR_SERVERS_NOT_FOUND",
      message: /: go is version 1\.22, must be 1\.26 or newer\nInstall Go 1\.26 or newer/,
    });
  });

  test("shows what Go said last when it fails, and leaves nothing in the cache", async () => {
    const build = "echo 'x.go:1:1: undefined: y' >&2; exit 1";
    const env = { PATH: folderWith("path", { go: fakeGo({ build }) }) };
    await assert.rejects(findServers({ env, cacheDir, archiveIndex: false }), {
      code: "ERR_SERVER_BUILD",
      message:
        "Cannot build etcd 3.6.15: go build ended with exit code 1. The last lines of its log:\n  x.go:1:1: undefined: y",
    });
    assert.deepEqual(entriesOf(cacheDir), []);
  });

  test("builds once and takes the cache afterwards", async () => {
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    const built = await findServers({ env, cacheDir, archiveIndex: false });
    assert.equal(buildCount(), 2);
    const noGo = { PATH: "" };
    assert.deepEqual(await findServers({ env: noGo, cacheDir, archiveIndex: false }), built);
  });

  test("builds once for two that ask at the same time, and tells the second that it waits", async () => {
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    const steps = new Set<string>();
    const find = () =>
      findServers({ env, cacheDir, archiveIndex: false, progress: ({ step }) => steps.add(step) });
    const [one, other] = await Promise.all([find(), find()]);
    assert.deepEqual(one, other);
    assert.equal(buildCount(), 2);
    assert.ok([...steps].some((step) => step.startsWith("wait for another process")));
  });

  test("takes over from an owner that was killed, whose build ends with it", async () => {
    const pidFile = join(root, "go.pid");
    const slow = folderWith("slow", { go: fakeGo({ build: `echo $$ > ${pidFile}; sleep 1000` }) });
    const program = `
      import { findServers } from ${JSON.stringify(new URL("./find-servers.ts", import.meta.url).href)};
      const env = { PATH: ${JSON.stringify(slow)} };
      await findServers({ env, cacheDir: ${JSON.stringify(cacheDir)}, archiveIndex: false });
    `;
    const owner = spawn(
      process.execPath,
      ["--conditions=@countersign/source", "--input-type=module", "--eval", program],
      { stdio: "inherit" },
    );
    const pid = await poll(
      "the build to begin",
      async () => Number(readFileSync(pidFile, "utf8")) || undefined,
      { timeoutMs: 20_000 },
    );
    owner.kill("SIGKILL");
    await poll(
      "the build and its folder to be gone",
      async () => (!existsSync(`/proc/${pid}`) && entriesOf(cacheDir).length === 0) || undefined,
      { timeoutMs: GONE_MS },
    );
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    await findServers({ env, cacheDir, archiveIndex: false });
  });

  test("takes away a lock whose owner cannot have cleaned up", async () => {
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    const { etcd } = await findServers({ env, cacheDir, archiveIndex: false });
    const entry = join(etcd, "..");
    rmSync(entry, { recursive: true });
    mkdirSync(`${entry}.building`);
    // Above the largest process id that Linux gives out.
    writeFileSync(join(`${entry}.building`, "supervisor.pid"), "4194305");
    assert.equal((await findServers({ env, cacheDir, archiveIndex: false })).etcd, etcd);
  });

  test("stops building when aborted", async () => {
    const pidFile = join(root, "go.pid");
    const env = {
      PATH: folderWith("path", { go: fakeGo({ build: `echo $$ > ${pidFile}; sleep 1000` }) }),
    };
    const aborted = new AbortController();
    const finding = findServers({ env, cacheDir, archiveIndex: false, signal: aborted.signal });
    const rejected = assert.rejects(finding, { message: "enough" });
    await poll("the build to begin", async () => existsSync(pidFile) || undefined, {
      timeoutMs: 20_000,
    });
    aborted.abort(new Error("enough"));
    await rejected;
    assert.deepEqual(entriesOf(cacheDir), []);
  });
});

describe("findServers() with a prebuilt archive", { timeout: 60_000 }, () => {
  /**
   * Serves an index and an archive in the form of controller-tools' releases. A stand-in on
   * loopback: whether the real ones still have this form, no test here can tell.
   */
  async function serveArchive(hash: (archive: Buffer) => string) {
    const programs = { etcd: ETCD_3_6, "kube-apiserver": KUBE_1_34 };
    folderWith("controller-tools", {});
    folderWith("controller-tools/envtest", programs);
    const file = join(root, "archive.tar.gz");
    const tar = spawn("tar", ["-czf", file, "-C", root, "controller-tools"]);
    await once(tar, "exit");
    const archive = readFileSync(file);
    const { os, arch } = thisPlatform();
    const server = createServer((request, response) => {
      if (request.url === "/archive") return void response.end(archive);
      const selfLink = `http://${request.headers.host}/archive`;
      const name = `envtest-v1.36.0-${os}-${arch}.tar.gz`;
      const index = { releases: { "v1.36.0": { [name]: { hash: hash(archive), selfLink } } } };
      response.end(JSON.stringify(index)); // JSON is YAML
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
      archiveIndex: `http://127.0.0.1:${port}/index.yaml`,
      [Symbol.dispose]: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }

  const sha512 = (bytes: Buffer) => createHash("sha512").update(bytes).digest("hex");

  test("unpacks it into the cache and finds it there the next time", async () => {
    using served = await serveArchive(sha512);
    const env = { PATH: "" };
    const found = await findServers({ env, cacheDir, archiveIndex: served.archiveIndex });
    assert.ok(found.etcd.startsWith(join(cacheDir, "envtest-1.36-")));
    assert.deepEqual(await findServers({ env, cacheDir, archiveIndex: false }), found);
  });

  test("refuses one whose checksum differs, and leaves nothing of it", async () => {
    using served = await serveArchive(() => "0".repeat(128));
    await assert.rejects(
      findServers({ env: { PATH: "" }, cacheDir, archiveIndex: served.archiveIndex }),
      { code: "ERR_SERVERS_NOT_FOUND", message: /has SHA-512 [0-9a-f]{16}…, must be 0{16}…/ },
    );
    assert.deepEqual(entriesOf(cacheDir), []);
  });

  test("goes on to Go within seconds when the index never answers", async () => {
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    const begun = performance.now();
    await findServers({ env, cacheDir, archiveIndex: `http://127.0.0.1:${port}/` });
    assert.ok(performance.now() - begun < 10_000);
    silent.closeAllConnections();
    silent.close();
  });
});

describe("findCertManager()", { timeout: 60_000 }, () => {
  test("takes the folder that COUNTERSIGN_CERT_MANAGER names, if the CRDs are in it", async () => {
    const folder = folderWith("cm", { "cert-manager": "" });
    const env = { COUNTERSIGN_CERT_MANAGER: folder, PATH: "" };
    await assert.rejects(findCertManager({ env, cacheDir }), {
      code: "ERR_SERVERS_NOT_FOUND",
      message: /cert-manager has no folder crds beside it/,
    });
    mkdirSync(join(folder, "crds"));
    assert.deepEqual(await findCertManager({ env, cacheDir }), {
      program: join(folder, "cert-manager"),
      crds: join(folder, "crds"),
    });
  });

  test("builds it with its CRDs beside it", async () => {
    const env = { PATH: folderWith("path", { go: fakeGo() }) };
    mkdirSync(join(root, "module", "deploy", "crds"), { recursive: true });
    writeFileSync(join(root, "module", "deploy", "crds", "x.yaml"), "kind: X\n");
    writeFileSync(join(root, "module", "deploy", "crds", "README.md"), "");
    const { program, crds } = await findCertManager({ env, cacheDir });
    assert.ok(existsSync(program));
    assert.deepEqual(entriesOf(crds), ["x.yaml"]);
  });
});
