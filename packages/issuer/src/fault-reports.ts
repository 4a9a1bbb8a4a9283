import { shorten } from "@countersign/kube";
import * as z from "zod";
import { findCondition } from "./condition.ts";
import type { IssuerObject } from "./issuer-object.ts";
import type { IssuerKey } from "./issuer-ref.ts";

/** A fault of an issuer, told by a replica that signs for it to the one that owns it. */
export interface FaultReport {
  /** Tells one report of a replica from another. */
  readonly id: number;
  readonly issuer: IssuerKey;
  readonly uid: string;
  readonly message: string;
}

const REPORTS = z.array(
  z.object({ id: z.number(), issuer: z.string(), uid: z.string(), message: z.string() }),
);

/** A report that is out, and how its issuer was when the fault was found. */
interface Sent {
  readonly report: FaultReport;
  readonly readySince: string | undefined;
  readonly timer: NodeJS.Timeout;
}

/** What a reporter works with. */
export interface FaultReporterOptions {
  /** Says all reports that are out to the other replicas; undefined where there are none. */
  readonly say: (text: string | undefined) => void;
  /** Told when a report is over: the owner has acted on it, or has not in all this time. */
  readonly onOver: (issuer: IssuerKey) => void;
}

/** An owner that does not act in this time may have died: the requests are tried again then. */
const LONGEST_WAIT_MS = 60_000;

/** All reports are in one annotation, which is to stay small. */
const MOST_BYTES = 1_024;
const MOST_REPORTS = 32;

/**
 * Reports faults of issuers that other replicas own. A replica writes only what is its own, so it says
 * them on its own lease, which the owner watches.
 *
 * Guarantees: a report is over when the issuer's status has changed since, which is how its owner
 * answers, or after a minute; so nothing waits for an owner for ever.
 */
export class FaultReporter {
  readonly #options: FaultReporterOptions;
  readonly #sent = new Map<IssuerKey, Sent>();
  #count = 0;

  constructor(options: FaultReporterOptions) {
    this.#options = options;
  }

  report(key: IssuerKey, issuer: IssuerObject, message: string): void {
    if (this.#sent.has(key)) return;
    this.#count += 1;
    const { uid = "" } = issuer.metadata;
    const report = { id: this.#count, issuer: key, uid, message: shorten(message, MOST_BYTES) };
    const timer = setTimeout(() => this.#end(key), LONGEST_WAIT_MS).unref();
    this.#sent.set(key, { report, readySince: readySince(issuer), timer });
    this.#say();
  }

  /** Takes note of an issuer as the watch tells it; undefined where it is gone. */
  told(key: IssuerKey, issuer: IssuerObject | undefined): void {
    const sent = this.#sent.get(key);
    if (sent === undefined) return;
    const isSame = issuer?.metadata.uid === sent.report.uid;
    if (!isSame || readySince(issuer) !== sent.readySince) this.#end(key);
  }

  #end(key: IssuerKey): void {
    clearTimeout(this.#sent.get(key)?.timer);
    this.#sent.delete(key);
    this.#say();
    this.#options.onOver(key);
  }

  #say(): void {
    const reports = [...this.#sent.values()].map(({ report }) => report).slice(0, MOST_REPORTS);
    this.#options.say(reports.length === 0 ? undefined : JSON.stringify(reports));
  }
}

/** Tells one state of an issuer's readiness from the next. */
function readySince(issuer: IssuerObject | undefined): string | undefined {
  const ready = findCondition(issuer?.status?.conditions, "Ready");
  return ready && `${ready.status} ${ready.lastTransitionTime} ${ready.observedGeneration}`;
}

/** Reads what a replica has said; nothing where that is not to be read. */
export function readFaultReports(text: string | undefined): readonly FaultReport[] {
  try {
    return text === undefined ? [] : REPORTS.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
