import { hash } from "node:crypto";
import type { KubeObject } from "./object.ts";
import { defineResource, type Resource } from "./resource.ts";
import { shorten } from "./shorten.ts";

/** What an Event is about. A core/v1 ObjectReference. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid?: string | undefined;
}

/** What an Event says. */
export interface EventDraft {
  /** Normal for what goes its way, waiting included; Warning for what somebody should look at. */
  readonly type: "Normal" | "Warning";
  /** Why, in UpperCamelCase: for machines. */
  readonly reason: string;
  /** What was done or tried, in UpperCamelCase: for machines. */
  readonly action: string;
  /** For people. Literal text: no character has a meaning. Cut to 1024 bytes. */
  readonly note: string;
}

/** Who an Event comes from. */
export interface EventReporter {
  /** A qualified name: `issuers.example.com`, `example.com/issuers`. */
  readonly reportingController: string;
  /** Which of its processes: 128 bytes at most. */
  readonly reportingInstance: string;
}

/** An Event of events.k8s.io/v1. */
export interface KubeEvent extends KubeObject, EventDraft, EventReporter {
  /** When it was first observed. A MicroTime: always six digits after the point. */
  readonly eventTime: string;
  readonly regarding: ObjectReference;
  /** Absent when it was observed once. */
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

/** Where the API server serves Events. */
export const EVENTS: Resource<KubeEvent> = defineResource({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
});

/** Limits of the API server, in bytes: pkg/apis/core/validation/events.go. What is longer is refused. */
const LONGEST_NOTE = 1024;
const LONGEST_WORD = 128;
const LONGEST_NAME = 253;

/** Digits of a hash in an Event's name. */
const NAME_DIGITS = 16;

/** RFC 1123, as object names must be; some kinds allow more, and cannot lend theirs to an Event. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Whether a text may be a reportingController. apimachinery's IsQualifiedName. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash === -1) return QUALIFIED.test(text);
  return isSubdomain(text.slice(0, slash)) && QUALIFIED.test(text.slice(slash + 1));
}

function isSubdomain(text: string): boolean {
  return text.length <= LONGEST_NAME && SUBDOMAIN.test(text);
}

/** Says which process reports: `<name>-<hostname>`, as client-go does, within the API's limit. */
export function reportingInstanceOf(reportingController: string, hostname: string): string {
  return shorten(`${reportingController}-${hostname}`, LONGEST_WORD);
}

/** Makes what is said acceptable to the API server. */
export function fitDraft(draft: EventDraft): EventDraft {
  return {
    type: draft.type,
    reason: shorten(draft.reason.toWellFormed(), LONGEST_WORD),
    action: shorten(draft.action.toWellFormed(), LONGEST_WORD),
    note: shorten(draft.note.toWellFormed(), LONGEST_NOTE),
  };
}

/** Which of the things one can be told about: the uid, as a name may come back for another object. */
export function referenceKey(regarding: ObjectReference): string {
  const { uid, apiVersion, kind, namespace = "", name } = regarding;
  return uid ?? [apiVersion, kind, namespace, name].join(" ");
}

/**
 * What makes two Events the same: what they are about and all that they say. The note is part of
 * it; client-go leaves it out, and shows the first note for all that follow.
 */
export function eventKey(regarding: ObjectReference, draft: EventDraft): string {
  const { type, reason, action, note } = draft;
  return sha256([referenceKey(regarding), type, reason, action, note]);
}

/**
 * Builds an Event. It lives in its object's namespace, or in `default`.
 *
 * Its name follows from what it is: to create it again, when it is not known whether the first try
 * arrived, makes no second one.
 */
export function buildEvent(
  reporter: EventReporter,
  regarding: ObjectReference,
  draft: EventDraft,
  nowMs: number,
): KubeEvent {
  const { apiVersion, kind, namespace, name, uid } = regarding;
  const { reportingController, reportingInstance } = reporter;
  const eventTime = microTime(nowMs);
  const digits = sha256([reportingInstance, eventKey(regarding, draft), eventTime]);
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      namespace: namespace ?? "default",
      name: eventName(name, digits.slice(0, NAME_DIGITS)),
    },
    eventTime,
    reportingController,
    reportingInstance,
    ...draft,
    regarding: {
      apiVersion,
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
    },
  };
}

/** RFC 3339 with exactly six digits after the point: the API server reads no other MicroTime. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

function eventName(name: string, digits: string): string {
  const stem = name.slice(0, LONGEST_NAME - digits.length - 1).replace(/[-.]+$/, "");
  return isSubdomain(stem) ? `${stem}.${digits}` : digits;
}

function sha256(parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts));
}
