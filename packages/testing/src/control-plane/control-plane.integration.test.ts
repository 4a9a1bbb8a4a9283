import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { poll } from "../poll.ts";
import { choosePort } from "./port.ts";
import { NAMESPACES } from "./resources.ts";
import { createServiceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import { startControlPlane } from "./start-control-plane.ts";

/** The bound that this package promises: nothing is left after it. */
const GONE_MS = 5_000;

const MODULE = new URL("./start-control-plane.ts", import.meta.url).href;

/** A program that starts a control plane, says so, and stays. */
const PROGRAM = `
  import { startControlPlane } from ${JSON.stringify(MODULE)};
  console.log("starting");
  const controlPlane = await startControlPlane();
  console.log("started");
`;

describe("startControlPlane()", { timeout: 300_000 }, () => {
  /** The system's temporary folder, as the programs of this file see it. */
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("gives an API server that knows its administrator, on loopback alone", async () => {
    await using controlPlane = await startControlPlane();
    assert.match(controlPlane.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    const { items } = await controlPlane.client.list(NAMESPACES);
    assert.ok(items.some(({ metadata }) => metadata.name === "kube-system"));
    for (const path of [controlPlane.kubeconfigPath, controlPlane.dir]) {
      assert.equal((await stat(path)).mode & 0o077, 0, `${path} is for its owner alone`);
    }
  });

  it("gives two at a time that know nothing of each other", async () => {
    const [one, other] = await Promise.all([startControlPlane(), startControlPlane()]);
    try {
      await one.client.create(NAMESPACES, { metadata: { name: "only-in-one" } });
      assert.notEqual(one.url, other.url);
      await assert.rejects(other.client.get(NAMESPACES, { name: "only-in-one" }), {
        code: "NotFound",
      });
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
    assert.equal(existsSync(one.dir) || existsSync(other.dir), false);
  });

  it("takes another port when somebody else has taken the one it chose", async () => {
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    assert.ok(typeof address === "object" && address !== null);
    const ports: number[] = [];
    const choose = async (): Promise<number> => {
      const port = ports.length % 2 === 0 ? address.port : await choosePort();
      ports.push(port);
      return port;
    };
    await using controlPlane = await startControlPlane({ choosePort: choose });
    assert.notEqual(new URL(controlPlane.url).port, String(address.port));
    assert.ok(ports.length >= 4, "etcd and the API server each met the taken port");
    taken.close();
  });

  it("says what happened, and ends everything, when etcd is killed", async () => {
    const controlPlane = await startControlPlane();
    const failed = once(controlPlane.failed, "abort");
    process.kill(controlPlane.etcd.pid, "SIGKILL");
    await failed;
    assert.match(controlPlane.failed.reason.message, /: etcd ended with SIGKILL/);
    assert.equal(controlPlane.failed.reason.code, "ERR_CONTROL_PLANE_FAILED");
    const waiting = { timeoutMs: GONE_MS };
    const isGone = async (): Promise<true | undefined> =>
      !existsSync(controlPlane.dir) || undefined;
    await poll("its folder to be gone", isGone, waiting);
  });

  it("keeps its data and its address when its API server is killed and started again", async () => {
    await using controlPlane = await startControlPlane();
    const { client, url } = controlPlane;
    await client.create(NAMESPACES, { metadata: { name: "kept" } });
    await controlPlane.killApiServer();
    await controlPlane.restartApiServer();
    assert.equal(controlPlane.url, url);
    assert.equal((await client.get(NAMESPACES, { name: "kept" })).metadata.name, "kept");
    assert.equal(controlPlane.failed.aborted, false);
  });

  it("gives a service account a token of its own, which can be renewed", async () => {
    await using controlPlane = await startControlPlane();
    using identity = await createServiceAccountKubeconfig(controlPlane, {
      namespace: "team",
      name: "robot",
      expirationSeconds: 600,
    });
    const first = await readFile(identity.tokenPath, "utf8");
    await setTimeout(1_100); // a token's times are whole seconds
    await identity.refreshToken();
    assert.notEqual(await readFile(identity.tokenPath, "utf8"), first);
    assert.equal(identity.userName, "system:serviceaccount:team:robot");
    assert.equal((await stat(identity.tokenPath)).mode & 0o077, 0);
  });

  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
    it(`leaves no process and no folder when its parent ends with ${signal}`, async () => {
      const { parent, said } = await startParent();
      await said("started");
      assert.ok(processesOf(folder).length >= 3, "supervisor, etcd and API server");
      parent.kill(signal);
      await assertGone();
    });
  }

  for (const delayMs of [0, 100, 500, 1_500]) {
    it(`leaves nothing when its parent is interrupted ${delayMs} ms into the start`, async () => {
      const { parent, said } = await startParent();
      await said("starting");
      await setTimeout(delayMs);
      parent.kill("SIGINT");
      await assertGone();
    });
  }

  async function startParent(): Promise<{
    parent: ChildProcess;
    said: (line: string) => Promise<void>;
  }> {
    const args = ["--conditions=@countersign/source", "--input-type=module", "--eval", PROGRAM];
    const parent = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: folder },
    });
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const said = async (wanted: string): Promise<void> => {
      for (;;) {
        const { value, done } = await lines.next();
        assert.notEqual(done, true, `the parent ended before it said ${wanted}`);
        if (value === wanted) return;
      }
    };
    return { parent, said };
  }

  async function assertGone(): Promise<void> {
    await poll(
      "every process and folder to be gone",
      async () => {
        const left = [...processesOf(folder), ...(await readdir(folder))];
        if (left.length > 0) throw new Error(`left: ${left.join(", ")}`);
        return true;
      },
      { timeoutMs: GONE_MS },
    );
  }
});

/** The processes whose command line names a folder. */
function processesOf(folder: string): string[] {
  const lines = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" });
  return lines.split("\n").filter((line) => line.includes(folder));
}
