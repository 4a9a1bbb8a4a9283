import type { Model } from "./model.ts";
import { hasTrue, type ModelObject } from "./model-object.ts";

/** More reconciles than any state takes that can come to rest. */
const MOST_RECONCILES = 60;

/** More turns than it takes to wait out the longest backoff and to spend a budget. */
const MOST_TURNS = 300;

const MINUTE_MS = 60_000;

/** Tells the process everything and lets it work until it has nothing to do, while time stands still. */
export async function comeToRest(model: Model): Promise<void> {
  const { requests, issuers, requestQueue, issuerQueue } = model.process;
  for (let reconciles = 0; reconciles < MOST_RECONCILES; reconciles += 1) {
    requests.tell();
    issuers.tell();
    await model.settle();
    if (!requestQueue.isReady && !issuerQueue.isReady) return;
    issuerQueue.run();
    requestQueue.run();
    await model.settle();
  }
  model.laws.require("rest", false, () => "it works on and on though nothing changes");
}

/** Mends everything, has the CA issue whatever it is asked for, and lets time pass until all is done. */
export async function bringToEnd(model: Model): Promise<void> {
  const { process, ca, clock } = model;
  process.connection.mend();
  model.createIssuer();
  model.health = "up";
  model.setSecret(true);
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await comeToRest(model);
    if (model.api.list(model.plural).every((request) => isDone(model, request))) return;
    if (ca.calls.length > 0) {
      await ca.answer("issued");
      await model.settle();
      continue;
    }
    const dueAt = Math.min(process.requestQueue.nextDueAt, process.issuerQueue.nextDueAt);
    // Where no queue has anything a timer may be set: of a CA that asked for patience.
    const passMs = dueAt === Number.POSITIVE_INFINITY ? MINUTE_MS : dueAt - clock.elapsedMs;
    clock.pass(Math.max(1, Math.ceil(passMs)));
  }
  for (const request of model.api.list(model.plural)) {
    const how = (): string => JSON.stringify(request);
    model.laws.require("progress", isDone(model, request), how);
  }
}

/** Whether nothing is left for us to do: it has ended, or nobody has asked us yet. */
function isDone({ requests }: Model, request: ModelObject): boolean {
  if (requests.isIssued(request) || requests.isFailed(request)) return true;
  if (request.metadata.deletionTimestamp !== undefined) return true;
  if (hasTrue(request, "InvalidRequest") && !hasTrue(request, "Denied")) return true;
  return !hasTrue(request, "Approved") && !hasTrue(request, "Denied");
}
