import { type FakeCa, startFakeCa } from "@countersign/testing";
import { ACME_ISSUERS, serveAcme } from "../../test/cluster/acme.ts";
import { type ChaosSite, startChaosSite } from "../../test/cluster/chaos-site.ts";
import { CA_KINDS } from "../../test/cluster/issuers.ts";
import { waitForCondition } from "../../test/cluster/wait.ts";
import { serveIssuers } from "../../tools/serve-issuers.ts";
import { FIRST_TOKEN, NAMESPACE, type SoakIssuer, soakIssuers } from "./issuers.ts";
import { MEASURED, Subject } from "./subject.ts";

/** How far the CA dates back, so that its certificates are valid by a clock that was set back. */
const BACKDATING_MS = 5 * 60_000;

/** Everything that a soak runs. */
export interface Setting extends AsyncDisposable {
  readonly site: ChaosSite;
  readonly ca: FakeCa;
  readonly issuers: readonly [SoakIssuer, ...SoakIssuer[]];
  /** The programs that serve them: the README's and ours. */
  readonly subjects: readonly Subject[];
}

/** Starts it, with its issuers Ready. */
export async function startSetting(): Promise<Setting> {
  await using started = new AsyncDisposableStack();
  const now = (): Date => new Date(Date.now() - BACKDATING_MS);
  const ca = started.use(await startFakeCa({ token: FIRST_TOKEN, now }));
  const site = started.use(await startChaosSite());
  const { client } = site.plane;
  const options = { ...MEASURED, secretNamespaces: [NAMESPACE], url: site.url };
  // Our issuers sign by their own clock: what they make half a day ahead is rightly refused when the
  // clock is back. The README's CA has a clock of its own.
  const nodeArgs = [...site.clock.nodeArgs, ...MEASURED.nodeArgs];
  const acme = await serveAcme(site.plane, { ...options, nodeArgs, env: site.clock.env });
  const ours = await serveIssuers(site.plane, { ...options, isApproverAllowed: false });
  const subjects = [await Subject.of("acme", acme), await Subject.of("issuers", ours)];
  for (const subject of subjects) started.use(subject);
  const issuers = soakIssuers(ca);
  for (const issuer of issuers) {
    await issuer.create(client);
    const resource = issuer.hasCountingCa ? ACME_ISSUERS : CA_KINDS.CAIssuer.resource;
    const target = { resource, namespace: NAMESPACE, name: issuer.ref.name };
    await waitForCondition(client, target, { type: "Ready", status: "True" });
  }
  const kept = started.move();
  return { site, ca, issuers, subjects, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
