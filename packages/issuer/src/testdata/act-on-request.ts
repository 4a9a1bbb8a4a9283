import type { Model } from "./model.ts";
import type { ModelCommand } from "./model-command.ts";
import { hasTrue, type ModelObject } from "./model-object.ts";

/** What somebody else does to a request: whoever made it, an approver, any other controller. */
export type RequestCommand = Extract<ModelCommand, { slot: number }>;

/** Does it as far as an API server lets it be done. */
export function actOnRequest(model: Model, { do: what, slot }: RequestCommand): void {
  if (what === "request") return model.request(slot);
  const request = model.find(slot);
  if (request === undefined) return;
  const { api, plural, requests, clock } = model;
  switch (what) {
    case "approve":
      if (!hasTrue(request, "Denied")) setTrue(model, request, "Approved");
      return;
    case "deny":
      if (requests.isDeniable(request)) setTrue(model, request, "Denied");
      return;
    case "invalidate":
      if (requests.canBeInvalid) setTrue(model, request, "InvalidRequest");
      return;
    case "annotate":
      return setTrue(model, request, `example.com/Seen-${clock.elapsedMs}`);
    case "finalize": {
      const metadata = { ...request.metadata, deletionTimestamp: clock.now().toISOString() };
      return api.put(plural, { ...request, metadata });
    }
    case "delete":
      return api.delete(plural, request.metadata);
    case "recreate":
      api.delete(plural, request.metadata);
      model.request(slot);
      return actOnRequest(model, { do: "approve", slot });
  }
}

function setTrue({ api, plural, clock }: Model, request: ModelObject, type: string): void {
  api.setCondition(plural, request.metadata, {
    type,
    status: "True",
    reason: "Model",
    message: `${type} it is`,
    lastTransitionTime: clock.now().toISOString(),
  });
}
