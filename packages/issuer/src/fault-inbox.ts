import { type FaultReport, readFaultReports } from "./fault-reports.ts";

/** The annotation of a replica's lease under which it reports faults. */
export const FAULTS_ANNOTATION = "countersign.dev/issuer-faults";

/** What replicas say on their leases, by their identities. */
export type Said = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * Reads the faults that replicas report, and hands each on once to whoever owns the issuer. What is not
 * ours is looked at again when it may have become ours.
 */
export class FaultInbox {
  readonly #takes: (report: FaultReport) => boolean;
  readonly #taken = new Set<string>();

  /** `takes` acts on a report, and returns false for one that is another's. */
  constructor(takes: (report: FaultReport) => boolean) {
    this.#takes = takes;
  }

  read(said: Said): void {
    const there = new Set<string>();
    for (const [identity, annotations] of said) {
      for (const report of readFaultReports(annotations[FAULTS_ANNOTATION])) {
        const id = `${identity} ${report.id}`;
        there.add(id);
        if (!this.#taken.has(id) && this.#takes(report)) this.#taken.add(id);
      }
    }
    for (const id of this.#taken) if (!there.has(id)) this.#taken.delete(id);
  }
}
