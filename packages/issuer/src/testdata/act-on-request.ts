import type { Model } from "./model.ts";
import type { ModelCommand } from "./model-command.ts";
import { hasTrue, type ModelObject } from "./model-object.ts";

/** What somebody else does to a request: whoever made it, an approver, any other controller. */
export type RequestCommand = Extract<ModelCommand, { slot: number }>;

/** Does it as far as an API server lets it be done. */
export function actOnRequest(model: Model, { do: what, slot }: RequestCommand): void {
  const request = model.find(slot);
  if (what === "request") model.request(slot);
  else if (request !== undefined) ACTS[what](model, request, slot);
}

type Act = (model: Model, request: ModelObject, slot: number) => void;

const ACTS: Readonly<Record<Exclude<RequestCommand["do"], "request">, Act>> = {
  approve: (model, request) => {
    if (!hasTrue(request, "Denied")) setTrue(model, request, "Approved");
  },
  deny: (model, request) => {
    if (model.requests.isDeniable(request)) setTrue(model, request, "Denied");
  },
  invalidate: (model, request) => {
    if (model.requests.canBeInvalid) setTrue(model, request, "InvalidRequest");
  },
  annotate: (model, request) =>
    setTrue(model, request, `example.com/Seen-${model.clock.elapsedMs}`),
  finalize: ({ api, plural, clock }, request) => {
    const metadata = { ...request.metadata, deletionTimestamp: clock.now().toISOString() };
    api.put(plural, { ...request, metadata });
  },
  delete: ({ api, plural }, request) => api.delete(plural, request.metadata),
  recreate: (model, request, slot) => {
    model.api.delete(model.plural, request.metadata);
    model.request(slot);
    actOnRequest(model, { do: "approve", slot });
  },
};

function setTrue({ api, plural, clock }: Model, request: ModelObject, type: string): void {
  api.setCondition(plural, request.metadata, {
    type,
    status: "True",
    reason: "Model",
    message: `${type} it is`,
    lastTransitionTime: clock.now().toISOString(),
  });
}
