import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Client,
  type Connection,
  loadKubeconfig,
  type TransportOptions,
} from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  type FakeCa,
  type InstalledController,
  poll,
  startFakeCa,
} from "@countersign/testing";
import { serveAcme } from "./cluster/acme.ts";
import { CHAOS_FAULTS, type ChaosFault, type ChaosFaultName } from "./cluster/chaos-faults.ts";
import { type ChaosSite, startChaosSite } from "./cluster/chaos-site.ts";
import { despiteOutage, onceDespiteOutage } from "./cluster/despite-outage.ts";
import {
  createIssuerOf,
  NAMESPACE,
  requestFromAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { Follower } from "./cluster/follower.ts";
import { IMPATIENCE } from "./cluster/impatience.ts";
import { assertIssuedOnce, mintedFor } from "./cluster/issued.ts";
import { decideRequest, newCsrPem } from "./cluster/requests.ts";
import { conditionOf } from "./cluster/wait.ts";

const TOKEN = "a token of the test's CA";

const FOLLOWED = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE };

/** How long what a fault stops stays so: longer than {@link IMPATIENCE}. */
const LASTS_MS = 2_300;

/** To hear of connections that say nothing takes minutes, unless a program is impatient. */
const NEEDS_IMPATIENCE: readonly ChaosFaultName[] = ["blackHole"];

/** Those that need another program come last. */
const FAULTS = (Object.entries(CHAOS_FAULTS) as [ChaosFaultName, ChaosFault][]).toSorted(
  ([a], [b]) => Number(NEEDS_IMPATIENCE.includes(a)) - Number(NEEDS_IMPATIENCE.includes(b)),
);

/** What came of a fault: what a follower was told failed, how many calls were refused, what was issued. */
interface Met {
  readonly refused: number;
  readonly errors: readonly string[];
  readonly issued: readonly CertificateRequest[];
}

/** What shows that a fault was one. A pause of etcd or of a connection is only slow. */
const HAS_MET: Readonly<Partial<Record<ChaosFaultName, (met: Met) => boolean>>> = {
  apiServerRestart: ({ errors }) => errors.length > 0,
  apiServerKill: ({ errors }) => errors.some((error) => error.startsWith("ERR_TRANSPORT")),
  connectionsCut: ({ errors }) => errors.some((error) => error.startsWith("ERR_TRANSPORT")),
  blackHole: ({ errors }) => errors.some((error) => error.startsWith("ERR_TRANSPORT_TIMEOUT")),
  tooManyRequests: ({ refused }) => refused > 0,
  versionsExpired: ({ errors }) => errors.some((error) => error.includes("410")),
  clockAhead: ({ issued }) => issued.some((request) => clockOf(request) > Date.now() + HOUR_MS),
  clockBack: ({ issued }) =>
    issued.some((request) => {
      const { creationTimestamp = "" } = request.metadata;
      return clockOf(request) < Date.parse(creationTimestamp) - MINUTE_MS;
    }),
};

const CREATORS = 3;
/** More than it says, while a fault lasts, only costs time. */
const MOST_CREATED = 45;
const PAUSE_MS = 50;
/** How many are left unapproved until the fault is over; every second of them goes meanwhile. */
const KEPT = 6;

/** How far the CA dates back, so that its certificates are valid by a clock that was set back. */
const BACKDATING_MS = 5 * 60_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

// The program is the README's, started anew for each fault: its backoff from the one before is no
// matter here. The CA makes another certificate for every call.
describe("an issuer's program, when", { timeout: 300_000 }, () => {
  let site: ChaosSite;
  let ca: FakeCa;
  let client: Client;
  let proxied: Connection;
  let csrPem: string;
  let program: InstalledController;
  let patience: TransportOptions = {};

  before(async () => {
    ca = await startFakeCa({ token: TOKEN, now: () => new Date(Date.now() - BACKDATING_MS) });
    site = await startChaosSite();
    client = site.plane.client;
    proxied = { ...(await loadKubeconfig({ path: site.plane.kubeconfigPath })), server: site.url };
    csrPem = await newCsrPem("web.example.com");
    program = await serve();
    await createIssuerOf(ca, { client, name: "ca", token: TOKEN });
    await waitForIssuer(client, "ca", "True");
  });
  after(async () => {
    await site[Symbol.asyncDispose]();
    await ca[Symbol.asyncDispose]();
  });

  function serve(options: { program?: string } = {}): Promise<InstalledController> {
    const { nodeArgs, env } = site.clock;
    const secretNamespaces = [NAMESPACE];
    return serveAcme(site.plane, { ...options, secretNamespaces, url: site.url, nodeArgs, env });
  }

  for (const [name, { when, run }] of FAULTS) {
    it(`${when}, issues every request once, and its cache equals a fresh list`, async (context) => {
      const prefix = name.toLowerCase();
      if (NEEDS_IMPATIENCE.includes(name)) {
        await program.process.stop();
        program = await serve({ program: "test/cluster/impatient-issuer.ts" });
        patience = IMPATIENCE;
      } else await program.restart();
      const first = await createDespiteOutage(`${prefix}-first`);
      await approve(first.metadata.name);
      await assertIssuedOnce({ client, ca }, first);
      await using follower = new Follower(proxied, { ...FOLLOWED, ...patience });
      await follower.informer.synced;
      const kept = await createAll(Array.from({ length: KEPT }, (_, n) => `${prefix}-kept-${n}`));
      const stop = new AbortController();
      const created: CertificateRequest[] = [];
      const creating = createUntil(stop.signal, { prefix, created });
      const isUnderWay = async (): Promise<true | undefined> =>
        created.length > CREATORS || undefined;
      await poll("requests to arrive", isUnderWay, { timeoutMs: 60_000, intervalMs: 20 });
      const [gone = [], stay = []] = [0, 1].map((odd) => kept.filter((_, n) => n % 2 === odd));
      const deleting = Promise.all(gone.map(remove));
      await run(site, LASTS_MS).finally(() => stop.abort());
      await creating;
      await deleting;

      for (const { metadata } of stay) await approve(metadata.name);
      const requests = [...created, ...stay];
      for (const request of requests) await assertIssuedOnce({ client, ca }, request);
      for (const request of gone) assert.deepEqual(mintedFor(ca, request), []);
      await follower.caughtUp(client);
      const { items } = await client.list(CERTIFICATE_REQUESTS, { namespace: NAMESPACE });
      const issued = items.filter(({ metadata }) => metadata.name.startsWith(`${prefix}-`));
      const errors = follower.errors.map(codeAndMessage);
      const met = { refused: site.refuser.calls.length, errors, issued };
      assert.ok(HAS_MET[name]?.(met) ?? true, `no trace of it: ${errors.join()}`);
      context.diagnostic(`${requests.length} requests, ${follower.errors.length} errors followed`);
    });
  }

  /** Creates and approves requests, however often it takes, until the fault is over. */
  async function createUntil(
    stop: AbortSignal,
    { prefix, created }: { prefix: string; created: CertificateRequest[] },
  ): Promise<void> {
    let next = 0;
    const create = async (): Promise<void> => {
      while (!stop.aborted && next < MOST_CREATED) {
        next += 1;
        const request = await createDespiteOutage(`${prefix}-${next}`);
        await approve(request.metadata.name);
        created.push(request);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: CREATORS }, create));
  }

  function createAll(names: readonly string[]): Promise<CertificateRequest[]> {
    return Promise.all(names.map(createDespiteOutage));
  }

  async function createDespiteOutage(name: string): Promise<CertificateRequest> {
    const create = () => requestFromAcme(client, name, { csrPem });
    const created = await onceDespiteOutage(create, "AlreadyExists");
    return created ?? despiteOutage(() => client.get(CERTIFICATE_REQUESTS, placeOf(name)));
  }

  async function approve(name: string): Promise<void> {
    await despiteOutage(() => decideRequest(client, placeOf(name), "Approved"));
  }

  async function remove({ metadata }: CertificateRequest): Promise<void> {
    const gone = () => client.delete(CERTIFICATE_REQUESTS, placeOf(metadata.name));
    await onceDespiteOutage(gone, "NotFound");
  }
});

function placeOf(name: string): { namespace: string; name: string } {
  return { namespace: NAMESPACE, name };
}

/** What the program's clock said when it issued a request. */
function clockOf(request: CertificateRequest): number {
  return Date.parse(conditionOf(request, "Ready")?.lastTransitionTime ?? "");
}

function codeAndMessage(error: unknown): string {
  return `${(error as { code?: string }).code} ${(error as Error).message}`;
}
