import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { leases } from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  namespace,
  poll,
  type SupervisedProcess,
  startControlPlane,
} from "@countersign/testing";
import { ROOT } from "../tools/command.ts";

const PROGRAM = "test/cluster/candidate.ts";
const LEASE_MS = 3_000;
const TIMEOUT_MS = 60_000;

/** What a test reads of an audit event. */
interface Audit {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string };
  readonly responseStatus?: { readonly code: number };
  /** When the API server received the call. */
  readonly requestReceivedTimestamp: string;
}

// A control plane of its own, for its audit log.
describe("two candidates for one lease", { timeout: 180_000 }, () => {
  let controlPlane: ControlPlane;
  let started = 0;

  before(async () => {
    controlPlane = await startControlPlane({ audit: true });
    await applyObjects(controlPlane.client, [namespace("default")]);
  });
  after(() => controlPlane.stop());

  /** Starts one, under a user name of its own. */
  async function startCandidate(): Promise<SupervisedProcess> {
    started += 1;
    const name = `candidate-${started}`;
    const groups = ["system:masters"];
    const kubeconfig = await controlPlane.createKubeconfig(name, { userName: name, groups });
    return controlPlane.startProcess({
      name,
      command: process.execPath,
      args: ["--conditions=@countersign/source", join(ROOT, PROGRAM), kubeconfig, name],
      graceMs: 5_000,
    });
  }

  async function startPair(): Promise<[leader: SupervisedProcess, follower: SupervisedProcess]> {
    const leader = await startCandidate();
    await waitUntilHeldBy(leader);
    const follower = await startCandidate();
    const reads = async (): Promise<true | undefined> =>
      (await audit()).some(
        ({ user, verb }) => user.username === follower.name && verb === "watch",
      ) || undefined;
    await poll(`${follower.name} to follow`, reads, { timeoutMs: TIMEOUT_MS });
    await waitUntilWrittenBy(leader);
    return [leader, follower];
  }

  /** Returns when the record shows it, which is by a poll of a few milliseconds. */
  async function waitUntilHeldBy({ name }: SupervisedProcess): Promise<void> {
    const target = { namespace: "default", name: "candidates" };
    const isHeld = async (signal: AbortSignal): Promise<true | undefined> => {
      const lease = await controlPlane.client.get(leases, target, { signal });
      return lease.spec?.holderIdentity === name || undefined;
    };
    await poll(`${name} to lead`, isHeld, { timeoutMs: TIMEOUT_MS, intervalMs: 5 });
  }

  async function waitUntilWrittenBy({ name }: SupervisedProcess): Promise<void> {
    const hasWritten = async (): Promise<true | undefined> =>
      (await acceptedWrites(name)).length > 20 || undefined;
    await poll(`${name} to write`, hasWritten, { timeoutMs: TIMEOUT_MS });
  }

  async function audit(): Promise<Audit[]> {
    const text = await readFile(controlPlane.auditLogPath ?? "", "utf8");
    // The last line may be half written.
    const whole = text.slice(0, text.lastIndexOf("\n")).split("\n");
    return whole.map((line) => JSON.parse(line) as Audit);
  }

  /** The writes of a candidate that the API server took, the lease's own not counted. */
  async function acceptedWrites(name: string): Promise<Audit[]> {
    return (await audit()).filter(
      ({ verb, user, objectRef, responseStatus }) =>
        user.username === name &&
        verb === "patch" &&
        objectRef?.resource === "configmaps" &&
        (responseStatus?.code ?? 500) < 300,
    );
  }

  /** Asserts that the first has not written since the second began to. */
  async function assertNoOverlap(
    first: SupervisedProcess,
    second: SupervisedProcess,
  ): Promise<void> {
    const [before, after] = [await acceptedWrites(first.name), await acceptedWrites(second.name)];
    const last =
      before
        .map((each) => each.requestReceivedTimestamp)
        .sort()
        .at(-1) ?? "";
    const next =
      after
        .map((each) => each.requestReceivedTimestamp)
        .sort()
        .at(0) ?? "";
    assert.ok(before.length > 0 && after.length > 0);
    assert.ok(last < next, `${first.name} wrote at ${last}, ${second.name} first at ${next}`);
  }

  it("hand over within a second when the leader ends in good order", async (context) => {
    const [leader, follower] = await startPair();
    const stoppedAt = performance.now();
    leader.signal("SIGTERM");
    const { code } = await leader.exited;
    assert.equal(code, 0);
    await waitUntilHeldBy(follower);
    const tookMs = Math.round(performance.now() - stoppedAt);
    context.diagnostic(`from SIGTERM to the next leader: ${tookMs} ms`);
    assert.ok(tookMs < 1_000, `took ${tookMs} ms`);
    await waitUntilWrittenBy(follower);
    await assertNoOverlap(leader, follower);
    await follower.stop();
  });

  it("hand over within the lease's time when the leader is killed", async (context) => {
    const [leader, follower] = await startPair();
    const killedAt = performance.now();
    leader.signal("SIGKILL");
    await waitUntilHeldBy(follower);
    const tookMs = Math.round(performance.now() - killedAt);
    context.diagnostic(`from SIGKILL to the next leader: ${tookMs} ms`);
    assert.ok(tookMs > 1_000 && tookMs < LEASE_MS + 1_000, `took ${tookMs} ms`);
    await waitUntilWrittenBy(follower);
    await follower.stop();
  });

  // What a process does first when it goes on depends on where it was stopped.
  for (const round of ["first", "second", "third"]) {
    it(`never have a write of the paused one accepted once the other leads, the ${round} time`, async () => {
      const [leader, follower] = await startPair();
      leader.signal("SIGSTOP");
      await waitUntilHeldBy(follower);
      await waitUntilWrittenBy(follower);
      const writesBefore = (await acceptedWrites(leader.name)).length;
      leader.signal("SIGCONT");
      const { code, log } = await leader.exited;
      assert.equal(code, 1);
      assert.match(log.at(-1) ?? "", /^LeaderElectionError: The lease was not renewed in time/);
      assert.equal((await acceptedWrites(leader.name)).length, writesBefore);
      await assertNoOverlap(leader, follower);
      await follower.stop();
    });
  }
});
