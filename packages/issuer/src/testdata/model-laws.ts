import { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../outcome.ts";
import type { AppliedStatus } from "./model-api.ts";
import { hasTrue, type ModelObject } from "./model-object.ts";
import { MODEL_GROUP, type ModelRequests } from "./model-requests.ts";

/** What must hold of every history, by name. */
export const LAWS = {
  end: "writes nothing more to a request that has ended",
  approval:
    "calls the author only for a request that its newest known version says is approved, not denied, not invalid and not ended",
  key: "publishes no certificate but for the key of the very request it is written to",
  gate: "publishes only what the gate lets pass: valid at the time, together with Ready where there is one",
  denial: "publishes nothing on a request that is denied or that nobody has approved",
  conditions: "never writes two conditions of a type, and never Approved or Denied",
  failureTime: "writes failureTime exactly where it writes Failed or Denied",
  messages: "writes only messages that are bounded and hold no secret",
  mints:
    "has one certificate minted a request, by a CA that is idempotent or can be asked, through restarts too",
  heard: "takes one certificate a request from the CA in the life of a process",
  idempotency: "keeps one idempotency key a request, and no two requests share one",
  orders: "hands on the last order: all its life, and after a restart where its write had landed",
  rest: "comes to rest while nothing changes",
  progress: "brings every open request to its end once the issuer is ready and the CA answers",
} as const;

export type Law = keyof typeof LAWS;

/** What a model's Secret holds: no message may. */
export const MODEL_PASSWORD = "hunter2-correct-horse";

const LONGEST_MESSAGE = 4_096;

/** Judges a history while it is made: what was broken, by law. */
export class ModelLaws {
  readonly broken: { readonly law: Law; readonly how: string }[] = [];
  readonly #requests: ModelRequests;
  readonly #publicKeyOf: (uid: string) => Uint8Array;
  readonly #idempotencyKeys = new Map<string, string>();
  readonly #now: () => Date;

  constructor(options: {
    requests: ModelRequests;
    publicKeyOf: (uid: string) => Uint8Array;
    now: () => Date;
  }) {
    this.#requests = options.requests;
    this.#publicKeyOf = options.publicKeyOf;
    this.#now = options.now;
  }

  require(law: Law, isMet: boolean, how: () => string): void {
    if (!isMet) this.broken.push({ law, how: how() });
  }

  /** Judges a status that was written, to a request or to an issuer. */
  applied(applied: AppliedStatus): void {
    for (const { message = "" } of applied.patch.conditions ?? []) this.said(message);
    this.#conditions(applied);
    if (applied.plural !== this.#requests.kind.resource.plural) return;
    const { before, patch } = applied;
    const hasEnded = this.#hasEnded(before);
    this.require("end", !hasEnded, () => `${describe(before)} is written ${JSON.stringify(patch)}`);
    if (patch.certificate !== undefined) this.#published(applied, patch.certificate);
    this.#failureTime(applied);
  }

  /** Judges a message that an event or a status tells. */
  said(message: string): void {
    const isSecret = message.includes(MODEL_PASSWORD);
    this.require("messages", !isSecret, () => `a message holds the password: ${message}`);
  }

  /** Judges a call of the author's code, by the newest version of its request that is known. */
  called(call: {
    uid: string;
    idempotencyKey: string;
    known: ModelObject | undefined;
    live: ModelObject | undefined;
  }): void {
    const { uid, idempotencyKey, known, live } = call;
    const isOpen = (request: ModelObject): boolean =>
      hasTrue(request, "Approved") &&
      !hasTrue(request, "Denied") &&
      !hasTrue(request, "InvalidRequest") &&
      !this.#hasEnded(request);
    this.require(
      "approval",
      known !== undefined && isOpen(known) && (live === undefined || hasTrue(live, "Approved")),
      () => `sign() of ${uid} is called with ${known && describe(known)}`,
    );
    const before = this.#idempotencyKeys.get(idempotencyKey);
    const others = [...this.#idempotencyKeys].filter(([, whose]) => whose === uid);
    this.require(
      "idempotency",
      (before ?? uid) === uid && others.every(([key]) => key === idempotencyKey),
      () => `key ${idempotencyKey} of ${uid}, before of ${before}`,
    );
    this.#idempotencyKeys.set(idempotencyKey, uid);
  }

  ordered(uid: string, given: Json | undefined, due: Json | undefined): void {
    this.require(
      "orders",
      isDeepStrictEqual(given, due),
      () => `${uid} is given ${JSON.stringify(given)} instead of ${JSON.stringify(due)}`,
    );
  }

  #hasEnded(request: ModelObject): boolean {
    return this.#requests.isIssued(request) || this.#requests.isFailed(request);
  }

  #conditions({ patch, after }: AppliedStatus): void {
    const types = (patch.conditions ?? []).map((each) => each.type);
    const stored = (after.status?.conditions ?? []).map((each) => each.type);
    const isForeign = types.includes("Approved") || types.includes("Denied");
    const isUnique = [types, stored].every((each) => new Set(each).size === each.length);
    this.require("conditions", isUnique && !isForeign, () => `written: ${types.join()}`);
    for (const { message = "" } of patch.conditions ?? []) {
      const isShort = message.length <= LONGEST_MESSAGE;
      this.require("messages", isShort, () => `a message has ${message.length} characters`);
      this.require("messages", message.isWellFormed(), () => "a message ends within a character");
    }
  }

  #published({ before, after }: AppliedStatus, encoded: string): void {
    const uid = before.metadata.uid ?? "";
    const isWanted = hasTrue(before, "Approved") && !hasTrue(before, "Denied");
    this.require("denial", isWanted, () => `${describe(before)} gets a certificate`);
    const certificate = new X509Certificate(Buffer.from(encoded, "base64"));
    const key = certificate.publicKey.export({ type: "spki", format: "der" });
    const isOwn = key.equals(this.#publicKeyOf(uid));
    this.require("key", isOwn, () => `${uid} gets a certificate for another key`);
    const now = this.#now();
    const isValid = certificate.validFromDate <= now && now < certificate.validToDate;
    this.require(
      "gate",
      isValid && this.#requests.isIssued(after),
      () => `${uid} at ${now.toISOString()}`,
    );
  }

  #failureTime({ patch, after }: AppliedStatus): void {
    const isFailed = patch.conditions?.some(
      (each) => each.type === "Ready" && ["Failed", "Denied"].includes(each.reason ?? ""),
    );
    const isTimed = patch.failureTime !== undefined;
    this.require("failureTime", isTimed === (isFailed ?? false), () => JSON.stringify(patch));
    const isGone = isTimed || after.status?.failureTime === undefined;
    this.require("failureTime", isGone, () => `it stays on ${describe(after)}`);
    const isIssued = patch.conditions?.some(
      (each) => each.type === "Ready" && each.status === "True",
    );
    this.require(
      "gate",
      !isIssued || patch.certificate !== undefined,
      () => "Ready without certificate",
    );
  }
}

function describe({ metadata, status }: ModelObject): string {
  return `${metadata.name} ${metadata.uid} ${JSON.stringify(status ?? {})}`;
}

/** The order that a stored attempt of ours holds. */
export function storedOrder(request: ModelObject): Json | undefined {
  const stored = request.status?.conditions?.find((each) => each.type === `${MODEL_GROUP}/Attempt`);
  return stored?.message === undefined ? undefined : JSON.parse(stored.message).order;
}
