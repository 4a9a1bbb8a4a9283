import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, type CertificateRequest } from "@countersign/testing";
import { despiteOutage, onceDespiteOutage } from "../../test/cluster/despite-outage.ts";
import { createRequest, decideRequest, newCsrPem } from "../../test/cluster/requests.ts";
import { NAMESPACE, type SoakIssuer } from "./issuers.ts";
import type { RequestRecord } from "./ledger.ts";
import type { SeenCertificate } from "./observer.ts";
import { pick, type Random } from "./seeded-random.ts";

/** One request in so many is deleted in place of being approved. */
const ONE_ABANDONED_OF = 20;
/** How long a finished request stays: store and etcd stay small. */
const KEPT_MS = 2_000;
/** While an API server is away the requests that would come wait with it. */
const MOST_OPEN = 300;
const ISSUED_TIMEOUT_MS = 240_000;

/** A steady stream of requests, each followed until it is gone. */
export class Load {
  readonly records: RequestRecord[] = [];
  /** What went wrong with the load itself. */
  readonly failures: string[] = [];
  readonly #client: Client;
  readonly #issuers: readonly [SoakIssuer, ...SoakIssuer[]];
  readonly #random: Random;
  readonly #open = new Map<string, { record: RequestRecord; issued: PromiseWithResolvers<void> }>();
  readonly #running = new Set<Promise<void>>();
  #started = 0;

  constructor(setting: {
    client: Client;
    issuers: readonly [SoakIssuer, ...SoakIssuer[]];
    random: Random;
  }) {
    this.#client = setting.client;
    this.#issuers = setting.issuers;
    this.#random = setting.random;
  }

  get open(): number {
    return this.#running.size;
  }

  /** Starts requests at a rate until the signal aborts, then waits for the end of each. */
  async run(ratePerS: number, stop: AbortSignal): Promise<void> {
    const beganAt = performance.now();
    for (let due = 1; !stop.aborted; due += 1) {
      const waitMs = beganAt + (due * 1_000) / ratePerS - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: stop }).catch(() => {});
      if (stop.aborted) break;
      if (this.#running.size < MOST_OPEN) this.#start();
    }
    await Promise.all(this.#running);
  }

  /** Takes down a certificate that was seen. */
  seen({ uid, serialHex, atMs }: SeenCertificate): void {
    const open = this.#open.get(uid);
    if (open === undefined) return;
    const { record, issued } = open;
    if (!record.serials.includes(serialHex)) record.serials.push(serialHex);
    record.issuedAtMs ??= atMs;
    issued.resolve();
  }

  #start(): void {
    this.#started += 1;
    const issuer = pick(this.#random, this.#issuers);
    const isAbandoned = Math.floor(this.#random() * ONE_ABANDONED_OF) === 0;
    const name = `soak-${this.#started}`;
    const running = this.#follow(name, { issuer, isAbandoned })
      .catch((error: unknown) => void this.failures.push(`${name}: ${error}`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #follow(
    name: string,
    { issuer, isAbandoned }: { issuer: SoakIssuer; isAbandoned: boolean },
  ): Promise<void> {
    const { metadata } = await this.#create(name, issuer);
    const record: RequestRecord = {
      uid: metadata.uid ?? "",
      issuer: issuer.ref.name,
      createdAtMs: performance.now(),
      serials: [],
    };
    this.records.push(record);
    const issued = Promise.withResolvers<void>();
    this.#open.set(record.uid, { record, issued });
    const place = { namespace: NAMESPACE, name };
    if (!isAbandoned) {
      await despiteOutage(() => decideRequest(this.#client, place, "Approved"));
      record.approvedAtMs = performance.now();
      // The table of figures counts those that are not issued by then.
      await Promise.race([issued.promise, sleep(ISSUED_TIMEOUT_MS, undefined, { ref: false })]);
    }
    await sleep(KEPT_MS);
    const remove = () => this.#client.delete(CERTIFICATE_REQUESTS, place);
    await onceDespiteOutage(remove, "NotFound");
    this.#open.delete(record.uid);
  }

  async #create(name: string, issuer: SoakIssuer): Promise<CertificateRequest> {
    const csrPem = await newCsrPem("soak.example.com");
    const request = { namespace: NAMESPACE, name, issuerRef: issuer.ref, csrPem };
    const create = () => createRequest(this.#client, request);
    const created = await onceDespiteOutage(create, "AlreadyExists");
    const place = { namespace: NAMESPACE, name };
    return created ?? despiteOutage(() => this.#client.get(CERTIFICATE_REQUESTS, place));
  }
}
