import { actOnRequest } from "./act-on-request.ts";
import { bringToEnd, comeToRest } from "./bring-to-end.ts";
import { Model } from "./model.ts";
import type { ModelCommand, ModelHistory } from "./model-command.ts";
import type { ModelKeys } from "./model-keys.ts";
import type { Law } from "./model-laws.ts";
import type { ModelRequests } from "./model-requests.ts";

/**
 * Plays a history, then brings it to its end. Returns how the laws were broken.
 *
 * It begins with an issuer that is ready and a request that is approved, so that trouble comes soon.
 */
export async function playHistory(
  history: ModelHistory,
  world: { keys: ModelKeys; requests: ModelRequests },
): Promise<readonly { readonly law: Law; readonly how: string }[]> {
  const model = new Model(world.keys, world.requests, history.traits);
  try {
    for (const command of [...BEGINNING, ...history.commands]) {
      await act(model, command);
      await model.settle();
    }
    await comeToRest(model);
    await bringToEnd(model);
    return model.laws.broken;
  } finally {
    await model.end();
  }
}

const BEGINNING: readonly ModelCommand[] = [
  { do: "work" },
  { do: "request", slot: 0 },
  { do: "approve", slot: 0 },
  { do: "tell requests", count: 2 },
];

/** Does what a command says, as far as it makes sense now. */
async function act(model: Model, command: ModelCommand): Promise<void> {
  const { process } = model;
  switch (command.do) {
    case "create issuer":
      return model.createIssuer();
    case "edit issuer":
      return model.editIssuer();
    case "delete issuer":
      return model.deleteIssuer();
    case "set health":
      model.health = command.health;
      return;
    case "set Secret":
      return model.setSecret(command.isThere);
    case "allow reference":
      process.connection.mayRefer = command.isAllowed;
      return;
    case "tell requests":
      return process.requests.tell(command.count);
    case "tell issuers":
      return process.issuers.tell(command.count);
    case "reconcile request":
      return process.requestQueue.run(command.skip);
    case "reconcile issuer":
      return process.issuerQueue.run();
    case "work":
      return comeToRest(model);
    case "answer":
      return model.ca.answer(command.answer, command.index);
    case "fail":
      return process.connection.fail(command.fault);
    case "hold":
      process.connection.hold = command.hold;
      return;
    case "release":
      return process.connection.release(command.count);
    case "pass time":
      return model.clock.pass(command.ms);
    case "restart":
      return model.restart(command);
    case "list again":
      return process.requests.list();
    default:
      return actOnRequest(model, command);
  }
}
