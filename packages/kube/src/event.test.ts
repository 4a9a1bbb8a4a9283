import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  buildEvent,
  type EventDraft,
  eventKey,
  fitDraft,
  isQualifiedName,
  microTime,
  type ObjectReference,
  reportingInstanceOf,
} from "./event.ts";

const REPORTER = { reportingController: "example.com", reportingInstance: "example.com-pod-1" };
const WIDGET: ObjectReference = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  namespace: "ns",
  name: "w",
  uid: "u1",
};
const DRAFT: EventDraft = { type: "Normal", reason: "Made", action: "Make", note: "It is made" };
const NOW = Date.parse("2026-01-02T03:04:05.678Z");

describe("buildEvent()", () => {
  it("says all that events.k8s.io/v1 asks for", () => {
    const event = buildEvent(REPORTER, WIDGET, DRAFT, NOW);
    const { metadata, ...rest } = event;
    assert.equal(metadata.namespace, "ns");
    assert.match(metadata.name, /^w\.[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      eventTime: "2026-01-02T03:04:05.678000Z",
      ...REPORTER,
      ...DRAFT,
      regarding: WIDGET,
    });
  });

  it("puts an Event about a cluster-scoped object into default", () => {
    const { namespace: _, ...clusterWidget } = WIDGET;
    const event = buildEvent(REPORTER, clusterWidget, DRAFT, NOW);
    assert.equal(event.metadata.namespace, "default");
    assert.deepEqual(event.regarding, clusterWidget);
  });

  it("names it the same when nothing differs, and otherwise differently", () => {
    const name = (change: { now?: number; draft?: object; reporter?: object }): string =>
      buildEvent(
        { ...REPORTER, ...change.reporter },
        WIDGET,
        { ...DRAFT, ...change.draft },
        change.now ?? NOW,
      ).metadata.name;
    const names = [
      name({}),
      name({ now: NOW + 1 }),
      name({ draft: { note: "another" } }),
      name({ reporter: { reportingInstance: "example.com-pod-2" } }),
    ];
    assert.equal(new Set([...names, name({})]).size, names.length);
  });

  for (const { rule, name, expected } of [
    { rule: "a dotted name", name: "a.b-c", expected: /^a\.b-c\.[0-9a-f]{16}$/ },
    { rule: "the longest name", name: "a".repeat(253), expected: /^a{236}\.[0-9a-f]{16}$/ },
    {
      rule: "a name that would be cut at a dot",
      name: `${"a".repeat(235)}.${"b".repeat(17)}`,
      expected: /^a{235}\.[0-9a-f]{16}$/,
    },
    { rule: "a name that no Event can have", name: "system:x", expected: /^[0-9a-f]{16}$/ },
  ]) {
    it(`gives it a name that the API server takes: ${rule}`, () => {
      const event = buildEvent(REPORTER, { ...WIDGET, name }, DRAFT, NOW);
      assert.match(event.metadata.name, expected);
    });
  }
});

describe("fitDraft()", () => {
  it("leaves a note as it is, whatever it looks like", () => {
    const note = "100% of %s at https://ca/a%20b: {0} %!d(MISSING)\n";
    assert.equal(fitDraft({ ...DRAFT, note }).note, note);
  });

  it("cuts what the API server would refuse for its length", () => {
    const long = "€".repeat(1_000);
    const { note, reason, action } = fitDraft({ ...DRAFT, note: long, reason: long, action: long });
    assert.ok(Buffer.byteLength(note) <= 1024 && Buffer.byteLength(note) > 1021);
    assert.ok(Buffer.byteLength(reason) <= 128);
    assert.ok(Buffer.byteLength(action) <= 128);
    assert.match(note, /€… \[cut: 3000 bytes, [0-9a-f]{8}\]$/);
  });

  it("counts half a surrogate pair as the three bytes that it is written as", () => {
    const { note } = fitDraft({ ...DRAFT, note: "\ud83d".repeat(400) });
    assert.ok(note.isWellFormed());
    assert.ok(Buffer.byteLength(note) <= 1024);
  });
});

describe("eventKey()", () => {
  const key = (reference: object, draft: object): string =>
    eventKey({ ...WIDGET, ...reference }, { ...DRAFT, ...draft });
  const rows = [
    { rule: "another uid", reference: { uid: "u2" }, draft: {} },
    { rule: "another type", reference: {}, draft: { type: "Warning" } },
    { rule: "another reason", reference: {}, draft: { reason: "Other" } },
    { rule: "another action", reference: {}, draft: { action: "Other" } },
    { rule: "another note", reference: {}, draft: { note: "Other" } },
    { rule: "words cut elsewhere", reference: {}, draft: { reason: "MadeM", action: "ake" } },
    { rule: "no uid, another name", reference: { uid: undefined, name: "v" }, draft: {} },
  ];
  for (const { rule, reference, draft } of rows) {
    it(`tells apart: ${rule}`, () => assert.notEqual(key(reference, draft), key({}, {})));
  }

  it("is the same for the same", () => assert.equal(key({}, {}), key({ name: "w" }, {})));
});

describe("microTime()", () => {
  it("has six digits after the point", () => {
    assert.equal(microTime(0), "1970-01-01T00:00:00.000000Z");
  });
});

describe("reportingInstanceOf()", () => {
  it("is controller and hostname", () => {
    assert.equal(reportingInstanceOf("example.com", "pod-1"), "example.com-pod-1");
  });

  it("is 128 bytes at most, and still differs between hosts", () => {
    const [one, other] = ["1", "2"].map((end) => reportingInstanceOf("c", "h".repeat(200) + end));
    assert.ok(one !== undefined && Buffer.byteLength(one) <= 128);
    assert.notEqual(one, other);
  });
});

describe("isQualifiedName()", () => {
  const good = ["a", "example.com", "A_b.c-d", "example.com/Issuers", "a".repeat(63)];
  for (const name of good) it(`takes ${name}`, () => assert.equal(isQualifiedName(name), true));
  const bad = ["", "-a", "a-", "a b", "a/b/c", "/a", "a/", "Ex.com/a", "a..b/c", "a".repeat(64)];
  for (const name of bad) it(`refuses "${name}"`, () => assert.equal(isQualifiedName(name), false));
});
