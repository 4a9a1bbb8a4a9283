import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Client } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATE_REQUESTS,
  type ControlPlane,
  type FakeCa,
  installCertManager,
  namespace as namespaceObject,
  poll,
  type SupervisedProcess,
  startControlPlane,
  startFakeCa,
} from "@countersign/testing";
import { ShardMap } from "../packages/issuer/src/shard-map.ts";
import { ACME_GROUP, ACME_ISSUERS, createAcmeIssuer } from "./cluster/acme.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";
import { LEASE_MS, ShardedAcme } from "./cluster/sharded-acme.ts";
import { type AcceptedWrite, acceptedStatusWrites } from "./cluster/status-writes.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const TOKEN = "a token of the test's CA";
const HOT = "hot";
const PLAIN = ["one", "two", "three", "four"];
const RANGES = 8;
const DIVIDED = `--shard-requests-of=AcmeIssuer/${namespace}/${HOT}=${RANGES}`;
const ISSUED = { type: "Ready", status: "True", reason: "Issued" };

/** How long the CA takes over each request, so that some are under way whenever something happens. */
const CA_MS = 150;

// A control plane of its own, for its audit log, and because whoever else serves the group would join.
describe("three replicas that divide the work", { timeout: 600_000 }, () => {
  let controlPlane: ControlPlane;
  let client: Client;
  let ca: FakeCa;
  let hotCa: FakeCa;
  let acme: ShardedAcme;
  let csrPem: string;
  const replicas = new Map<string, SupervisedProcess>();
  const map = new ShardMap(new Map([[keyOf(HOT), RANGES]]));

  before(async () => {
    controlPlane = await startControlPlane({ audit: true });
    client = controlPlane.client;
    await installCertManager(controlPlane);
    await applyObjects(client, [namespaceObject(namespace)]);
    [ca, hotCa] = await Promise.all([
      startFakeCa({ token: TOKEN, isIdempotent: true }),
      startFakeCa({ token: TOKEN, isIdempotent: true }),
    ]);
    for (const each of [ca, hotCa]) each.behave(issueSlowly);
    csrPem = await newCsrPem("web.example.com");
    acme = await ShardedAcme.install(controlPlane, namespace);
    await start("replica-1");
    for (const name of [...PLAIN, HOT]) {
      const { url } = name === HOT ? hotCa : ca;
      await createAcmeIssuer(client, { namespace, name, url, token: TOKEN });
    }
    for (const name of [...PLAIN, HOT]) {
      const issuer = { resource: ACME_ISSUERS, namespace, name };
      await waitForCondition(client, issuer, { type: "Ready", status: "True" });
    }
  });
  after(async () => {
    await controlPlane.stop();
    await ca[Symbol.asyncDispose]();
    await hotCa[Symbol.asyncDispose]();
  });

  async function start(name: string, args: readonly string[] = [DIVIDED]): Promise<void> {
    replicas.set(name, await acme.start(name, args));
  }

  function replica(name: string): SupervisedProcess {
    const found = replicas.get(name);
    assert.ok(found, name);
    return found;
  }

  /** Creates requests, half of them for the hot issuer, and does something after a half of them. */
  async function createRequests(
    prefix: string,
    count: number,
    halfWay: () => Promise<void>,
  ): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
    let happening: Promise<void> | undefined;
    for (const [index, name] of names.entries()) {
      const issuer = index % 2 === 0 ? HOT : (PLAIN[(index >> 1) % PLAIN.length] ?? HOT);
      await createRequest(client, { namespace, name, issuerRef: refTo(issuer), csrPem });
      if (index === count >> 1) happening = halfWay();
    }
    await happening;
    return names;
  }

  /** Waits until they are issued; returns how often the CA was asked to sign each, by its uid. */
  async function waitUntilIssued(names: readonly string[]): Promise<Map<string, number>> {
    const uids = new Map<string, number>();
    for (const name of names) {
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      const { metadata } = await waitForCondition(client, target, ISSUED);
      const { uid = "" } = metadata;
      const isOfIt = ({ idempotencyKey }: { idempotencyKey: string }): boolean =>
        idempotencyKey.startsWith(uid);
      const calls = [...ca.calls, ...hotCa.calls].filter((call) => call.kind === "sign");
      uids.set(uid, calls.filter(isOfIt).length);
      assert.equal([...ca.minted, ...hotCa.minted].filter(isOfIt).length, 1, name);
    }
    return uids;
  }

  function writes(): Promise<AcceptedWrite[]> {
    return acceptedStatusWrites(controlPlane.auditLogPath ?? "");
  }

  /** Asserts that no object's status was written by one replica again after another had written it. */
  async function assertOneAtATime(names: readonly string[]): Promise<void> {
    const ours = (await writes()).filter(({ by }) => replicas.has(by));
    const writersOf = Map.groupBy(ours, ({ resource, name }) => `${resource} ${name}`);
    for (const name of names) {
      const writers = (writersOf.get(`certificaterequests ${name}`) ?? []).map(({ by }) => by);
      const changes = writers.filter((by, index) => by !== writers[index - 1]);
      assert.ok(writers.length > 0, name);
      assert.equal(new Set(changes).size, changes.length, `${name} was written by ${writers}`);
    }
  }

  it("ask for each certificate once while two of them join", async (context) => {
    let joinedMs = 0;
    const names = await createRequests("join", 80, async () => {
      const startedAt = performance.now();
      await Promise.all([start("replica-2"), start("replica-3")]);
      await acme.waitUntilOwnedBy("replica-1", "replica-2", "replica-3");
      joinedMs = Math.round(performance.now() - startedAt);
    });
    const more = await createRequests("joined", 60, async () => {});
    const calls = await waitUntilIssued([...names, ...more]);
    context.diagnostic(`from the start of two processes to equal shares: ${joinedMs} ms`);
    assert.deepEqual(new Set(calls.values()), new Set([1]));
    await assertOneAtATime([...names, ...more]);
    const by = Map.groupBy(await writes(), (write) => write.by);
    for (const name of ["replica-1", "replica-2", "replica-3"]) assert.ok(by.has(name), name);
    const issuers = (await writes()).filter(({ resource }) => resource === "acmeissuers");
    const writersOfHot = new Set(issuers.filter(({ name }) => name === HOT).map((each) => each.by));
    assert.equal(writersOfHot.size, 1, "ranges do not write to the issuer");
  });

  it("ask for each certificate once while one of them is told to end", async (context) => {
    let movedMs = 0;
    const names = await createRequests("leave", 60, async () => {
      const toldAt = performance.now();
      const { code } = await replica("replica-3").stop();
      assert.equal(code, 0);
      await acme.waitUntilOwnedBy("replica-1", "replica-2");
      movedMs = Math.round(performance.now() - toldAt);
    });
    const calls = await waitUntilIssued(names);
    context.diagnostic(`from SIGTERM until others own its share: ${movedMs} ms`);
    assert.deepEqual(new Set(calls.values()), new Set([1]));
    await assertOneAtATime(names);
  });

  it("take over the share of one that is killed when its lease has run out", async (context) => {
    await start("replica-4");
    await acme.waitUntilOwnedBy("replica-1", "replica-2", "replica-4");
    let movedMs = 0;
    const names = await createRequests("kill", 60, async () => {
      const killedAt = performance.now();
      replica("replica-4").signal("SIGKILL");
      await acme.waitUntilOwnedBy("replica-1", "replica-2");
      movedMs = Math.round(performance.now() - killedAt);
    });
    const calls = await waitUntilIssued(names);
    const again = [...calls.values()].filter((count) => count > 1).length;
    context.diagnostic(
      `from SIGKILL until others own its share: ${movedMs} ms, ${again} asked again`,
    );
    assert.ok(again < names.length / 2, `${again} were asked again, of ${names.length}`);
    assert.ok(movedMs > LEASE_MS / 2, `took ${movedMs} ms: the lease lasts ${LEASE_MS} ms`);
    await assertOneAtATime(names);
  });

  it("have no write of a paused one accepted once others own its share", async (context) => {
    await start("replica-5");
    await acme.waitUntilOwnedBy("replica-1", "replica-2", "replica-5");
    const names = await createRequests("pause", 60, async () => {
      replica("replica-5").signal("SIGSTOP");
    });
    await acme.waitUntilOwnedBy("replica-1", "replica-2");
    await waitUntilIssued(names);
    const before = (await writes()).filter(({ by }) => by === "replica-5").length;
    replica("replica-5").signal("SIGCONT");
    const { code, log } = await replica("replica-5").exited;
    assert.equal(code, 1);
    assert.match(log.join("\n"), /LeaderElectionError|The lease was not renewed in time/);
    const after = (await writes()).filter(({ by }) => by === "replica-5").length;
    context.diagnostic(`writes of the paused one: ${before} before, ${after - before} after`);
    assert.equal(after, before);
    await assertOneAtATime(names);
  });

  it("tell the owner of an issuer of a fault that another one's request has shown", async () => {
    const owners = await acme.owners();
    const owner = owners.get(map.slotOfIssuer(keyOf(HOT)));
    assert.ok(owner);
    const faulty = new Set<string>();
    hotCa.behave(async ({ kind, idempotencyKey }) => {
      await setTimeout(kind === "sign" ? 500 : 0);
      const isFaulty = [...faulty].some((uid) => idempotencyKey.startsWith(uid));
      return isFaulty ? { do: "refuse", status: 403, text: "no more credit" } : { do: "ok" };
    });
    let foreign: { name: string; uid: string } | undefined;
    for (let index = 0; foreign === undefined; index += 1) {
      const name = `fault-${index}`;
      const request = { namespace, name, issuerRef: refTo(HOT), csrPem };
      const { metadata } = await createRequest(client, request);
      const { uid = "" } = metadata;
      if (owners.get(map.slotOfRequest(keyOf(HOT), uid)) === owner) continue;
      faulty.add(uid);
      foreign = { name, uid };
    }
    const issuer = { resource: ACME_ISSUERS, namespace, name: HOT };
    const notReady = await waitForCondition(client, issuer, { type: "Ready", status: "False" });
    assert.match(conditionOf(notReady, "Ready")?.message ?? "", /no more credit/);
    faulty.clear();
    await waitForCondition(client, issuer, { type: "Ready", status: "True" });
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name: foreign.name };
    await waitForCondition(client, target, ISSUED);
    const all = await writes();
    const signer = all.findLast(({ name }) => name === foreign.name)?.by;
    assert.ok(signer !== undefined && signer !== owner, `signed by ${signer}`);
    const lastOfHot = all.findLast(({ name, resource }) => name === HOT && resource !== "leases");
    assert.equal(lastOfHot?.by, owner);
    hotCa.behave(issueSlowly);
  });

  it("never serve beside one that divides the work otherwise: it waits, ready, until they have left", async (context) => {
    await start("replica-6", [DIVIDED.replace(/\d+$/, "4")]);
    await waitForLog(replica("replica-6"), /"Waiting for replicas that divide the work otherwise"/);
    const names = await createRequests("scheme", 40, async () => {
      const [address] = (await logOf(replica("replica-6"))).match(/127\.0\.0\.1:\d+/) ?? [];
      const readyz = await fetch(`http://${address}/readyz`);
      assert.equal(readyz.status, 200);
      await replica("replica-1").stop();
      await acme.waitUntilOwnedBy("replica-2");
      const leftAt = performance.now();
      assert.equal((await replica("replica-2").stop()).code, 0);
      await acme.waitUntilOwnedBy("replica-6");
      context.diagnostic(`until the next scheme: ${Math.round(performance.now() - leftAt)} ms`);
    });
    // The others may have been through with those before they left.
    const later = await createRequests("next-scheme", 4, async () => {});
    const calls = await waitUntilIssued([...names, ...later]);
    assert.deepEqual(new Set(calls.values()), new Set([1]));
    const all = await writes();
    const first = all.find(({ by }) => by === "replica-6")?.at ?? "";
    const last = all.findLast(({ by }) => by === "replica-1" || by === "replica-2")?.at ?? "";
    assert.ok(last < first, `of one scheme at ${last}, of the next from ${first}`);
    const scheme = (await acme.baseLease()).metadata.annotations?.["countersign.dev/shard-scheme"];
    assert.match(scheme ?? "", /default\/hot=4$/);
  });
});

function keyOf(name: string): string {
  return `AcmeIssuer.${ACME_GROUP} ${namespace}/${name}`;
}

function refTo(name: string): { group: string; kind: string; name: string } {
  return { group: ACME_GROUP, kind: "AcmeIssuer", name };
}

async function issueSlowly({ kind }: { kind: string }): Promise<{ do: "ok" }> {
  if (kind === "sign") await setTimeout(CA_MS);
  return { do: "ok" };
}

async function logOf({ logPath }: SupervisedProcess): Promise<string> {
  return readFile(logPath, "utf8");
}

async function waitForLog(replica: SupervisedProcess, words: RegExp): Promise<void> {
  const isThere = async (): Promise<true | undefined> =>
    words.test(await logOf(replica)) || undefined;
  await poll(`${replica.name} to say so`, isThere, { timeoutMs: 60_000 });
}
