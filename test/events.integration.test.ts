import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  createClient,
  createRecorder,
  createTransport,
  EVENTS,
  type EventDraft,
  type KubeEvent,
  type KubeObject,
  type Logger,
  loadKubeconfig,
  type Recorder,
  type RecorderOptions,
} from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  createServiceAccountKubeconfig,
  NAMESPACES,
  namespace,
  poll,
  SECRETS,
  secret,
  startControlPlane,
} from "@countersign/testing";

const CONTROLLER = "issuers.example.com";
const WAITING: EventDraft = {
  type: "Normal",
  reason: "Pending",
  action: "Sign",
  note: "Waiting for the CA",
};

/** A logger that keeps what it is told. */
class Log implements Logger {
  readonly lines: { readonly message: string; readonly fields: object }[] = [];
  readonly debug = (fields: object, message: string) => this.#keep(fields, message);
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;

  #keep(fields: object, message: string): void {
    this.lines.push({ message, fields });
  }
}

// A control plane of its own: cert-manager has no part in this, and its Events are not in the way.
describe("a recorder, at a real API server", () => {
  let plane: ControlPlane;
  let log: Log;

  before(async () => {
    plane = await startControlPlane();
  });
  after(() => plane.stop());

  function record(options: Partial<RecorderOptions> = {}): Recorder {
    log = new Log();
    const { client } = plane;
    return createRecorder({ client, reportingController: CONTROLLER, logger: log, ...options });
  }

  /** An object in a namespace of its own: tests do not meet each other's Events. */
  async function createObject(name: string): Promise<KubeObject> {
    await applyObjects(plane.client, [namespace(name)]);
    return plane.client.create(SECRETS, secret({ namespace: name, name }, {}));
  }

  /** Gives an account a right in the namespace `forbidden`. */
  function allow(rule: unknown, userName: string): Promise<void> {
    const apiGroup = "rbac.authorization.k8s.io";
    const apiVersion = `${apiGroup}/v1`;
    const metadata = { namespace: "forbidden", name: "events" };
    const role = { apiVersion, kind: "Role", metadata, rules: [rule] };
    const binding = {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup, kind: "Role", name: metadata.name },
      subjects: [{ apiGroup, kind: "User", name: userName }],
    };
    return applyObjects(plane.client, [role, binding]);
  }

  async function eventsIn(name: string): Promise<readonly KubeEvent[]> {
    return (await plane.client.list(EVENTS, { namespace: name })).items;
  }

  it("creates an Event that says all that was emitted", async () => {
    const object = await createObject("created");
    const recorder = record();
    const from = Date.now();
    recorder.emitEvent(object, WAITING);
    await recorder.flush();
    const [event, ...others] = await eventsIn("created");
    assert.ok(event !== undefined && others.length === 0);
    const { type, reason, action, note, reportingController, reportingInstance } = event;
    assert.deepEqual({ type, reason, action, note }, WAITING);
    assert.equal(reportingController, CONTROLLER);
    assert.ok(reportingInstance.startsWith(`${CONTROLLER}-`));
    assert.deepEqual(event.regarding, {
      apiVersion: "v1",
      kind: "Secret",
      namespace: "created",
      name: "created",
      uid: object.metadata.uid,
    });
    assert.match(event.eventTime, /\.\d{6}Z$/);
    assert.ok(Date.parse(event.eventTime) >= from && Date.parse(event.eventTime) <= Date.now());
    assert.equal(event.series, undefined);
    assert.deepEqual(log.lines, []);
  });

  it("counts repetitions in one Event", async () => {
    const object = await createObject("repeated");
    const recorder = record();
    for (let i = 0; i < 5; i += 1) {
      recorder.emitEvent(object, WAITING);
      await recorder.flush();
    }
    const events = await eventsIn("repeated");
    assert.equal(events.length, 1);
    assert.equal(events[0]?.series?.count, 5);
    assert.match(events[0]?.series?.lastObservedTime ?? "", /\.\d{6}Z$/);
    assert.deepEqual(log.lines, []);
  });

  it("creates an Event again that has gone, and its count with it", async () => {
    const object = await createObject("expired");
    const recorder = record();
    recorder.emitEvent(object, WAITING);
    await recorder.flush();
    const [event] = await eventsIn("expired");
    assert.ok(event !== undefined);
    await plane.client.delete(EVENTS, { namespace: "expired", name: event.metadata.name });
    recorder.emitEvent(object, WAITING);
    await recorder.flush();
    assert.deepEqual(
      (await eventsIn("expired")).map(({ series }) => series?.count),
      [2],
    );
  });

  it("keeps every character of a note that fits", async () => {
    const object = await createObject("literal");
    const notes = [
      'POST https://ca/sign?x=a%20b: 100% of "%s" failed %!d(MISSING)\n\tthen: {0} \\n',
      "é€😀 ".repeat(102), // 1020 bytes
      "x".repeat(1_024),
    ];
    const recorder = record();
    for (const note of notes) recorder.emitEvent(object, { ...WAITING, note });
    await recorder.close();
    assert.deepEqual((await eventsIn("literal")).map(({ note }) => note).sort(), notes.sort());
    assert.deepEqual(log.lines, []);
  });

  it("has an Event for each of the notes that are too long, cut so that they are taken", async () => {
    const object = await createObject("long");
    const recorder = record();
    for (const end of ["one", "two"]) {
      for (const character of ["x", "é", "€", "😀"]) {
        const note = character.repeat(5_000) + end;
        recorder.emitEvent(object, { ...WAITING, type: "Warning", note });
      }
    }
    await recorder.close();
    const notes = (await eventsIn("long")).map(({ note }) => note);
    assert.equal(new Set(notes).size, 8);
    for (const note of notes) assert.match(note, /^(.)\1+… \[cut: \d+ bytes, [0-9a-f]{8}\]$/u);
    assert.deepEqual(log.lines, []);
  });

  it("takes every word that is too long, and a name that no Event can have", async () => {
    await createObject("lengths");
    const long = "w".repeat(500);
    const recorder = record({ reportingController: `example.com/${"c".repeat(63)}` });
    for (const name of ["n".repeat(253), "system:node:a"]) {
      const regarding = { apiVersion: "v1", kind: "Thing", namespace: "lengths", name, uid: name };
      recorder.emitEvent(regarding, { ...WAITING, reason: long, action: long, note: "" });
    }
    await recorder.close();
    assert.equal((await eventsIn("lengths")).length, 2);
    assert.deepEqual(log.lines, []);
  });

  it("puts what is about a cluster-scoped object into default", async () => {
    await applyObjects(plane.client, [namespace("clusterwide")]);
    const object = await plane.client.get(NAMESPACES, { name: "clusterwide" });
    const recorder = record();
    recorder.emitEvent(object, WAITING);
    await recorder.close();
    const events = await plane.client.list(EVENTS, {
      namespace: "default",
      fieldSelector: `regarding.uid=${object.metadata.uid}`,
    });
    assert.equal(events.items.length, 1);
    assert.deepEqual(log.lines, []);
  });

  it("says nothing when the namespace is being deleted, or is not there", async () => {
    const object = await createObject("going");
    await plane.client.delete(NAMESPACES, { name: "going" });
    const recorder = record();
    recorder.emitEvent(object, WAITING);
    recorder.emitEvent({ ...object, metadata: { ...object.metadata, namespace: "none" } }, WAITING);
    await recorder.close();
    assert.deepEqual(await eventsIn("going"), []);
    assert.deepEqual(log.lines, []);
  });

  it("logs once that it has no right, with the rule that gives it", async () => {
    const object = await createObject("forbidden");
    using identity = await createServiceAccountKubeconfig(plane, {
      namespace: "forbidden",
      name: "recorder",
    });
    const path = identity.kubeconfigPath;
    const transport = createTransport(await loadKubeconfig({ path }));
    after(() => transport.close());
    const recorder = record({ client: createClient(transport) });
    for (const note of ["one", "two", "three"]) recorder.emitEvent(object, { ...WAITING, note });
    await recorder.flush();
    assert.deepEqual(await eventsIn("forbidden"), []);
    const [line, ...others] = log.lines;
    assert.ok(line !== undefined && "rule" in line.fields && others.length === 0);
    assert.match(line.message, /^Events are forbidden: add the rule/);

    await allow(line.fields.rule, identity.userName);
    const attempt = async () => {
      recorder.emitEvent(object, { ...WAITING, note: "allowed" });
      await recorder.flush();
      const [event] = await eventsIn("forbidden");
      return event?.series;
    };
    await poll("the rule to allow a new Event and its count", attempt, { timeoutMs: 60_000 });
    assert.equal(log.lines.length, 1);
    await recorder.close();
  });

  it("bridges a restart of the API server, and loses nothing unsaid", async () => {
    const object = await createObject("restart");
    const recorder = record();
    await plane.killApiServer();
    const notes = ["one", "two", "three", "four", "five"];
    for (const note of notes) recorder.emitEvent(object, { ...WAITING, note });
    await plane.restartApiServer();
    await recorder.close(AbortSignal.timeout(120_000));
    const events = await eventsIn("restart");
    assert.ok(events.some(({ note }) => note === "five"));
    assert.equal(events.length + dropped(), notes.length);
  });

  it("ends in time when the API server is away", async () => {
    const object = await createObject("away");
    const recorder = record();
    await plane.killApiServer();
    const from = performance.now();
    for (const note of ["one", "two"]) recorder.emitEvent(object, { ...WAITING, note });
    await recorder.close();
    assert.ok(performance.now() - from < 20_000);
    await plane.restartApiServer();
    assert.deepEqual(await eventsIn("away"), []);
    assert.equal(dropped(), 2);
  });

  /** How many Events were logged as dropped, for whatever cause. */
  function dropped(): number {
    const counts = log.lines.map(({ fields }) => ("dropped" in fields ? fields.dropped : {}));
    return counts
      .flatMap((byCause) => Object.values(byCause as Record<string, number>))
      .reduce((sum, count) => sum + count, 0);
  }
});
