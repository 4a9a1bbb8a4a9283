import { FAILURES_TO_OPEN } from "./breaker.ts";
import { findCondition } from "./condition.ts";
import type { FlowLimits } from "./flow-limits.ts";
import type { HoldBack } from "./issuer-flow.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { describeIssuer, type IssuerKey } from "./issuer-ref.ts";
import type { RequestPhase } from "./request-kind.ts";

/** What is known of a request. */
export interface RequestView {
  readonly phase: RequestPhase;
  /** The author leaves it to somebody else: nothing at all is written to it. */
  readonly isIgnored?: boolean;
  /** The CA of its issuer is not to be called for it now. */
  readonly heldBack?: HoldBack | undefined;
}

/** What is known of the issuer that a request refers to. */
export interface IssuerView {
  readonly key: IssuerKey;
  /** Missing where no such issuer exists. */
  readonly issuer?: IssuerObject;
  /** The author leaves it, and all requests that refer to it, to somebody else. */
  readonly isIgnored?: boolean;
  /**
   * Why `sign()` called the issuer at fault, as long as the issuer's status does not yet tell.
   * Without it a request would be signed again in the moment between.
   */
  readonly unreportedFault?: string;
}

/** What is to be done for a request, and why. */
export type Decision =
  | {
      readonly do: "nothing";
      readonly because: Exclude<RequestPhase, "open" | "denied"> | "ignored";
    }
  | { readonly do: "markDenied" }
  | { readonly do: "wait"; readonly because: WaitReason; readonly message: string }
  | { readonly do: "sign" };

/** What of its issuer an approved request can wait for. */
export type WaitReason =
  | "issuer not found"
  | "issuer being deleted"
  | "issuer not checked"
  | "issuer change not checked"
  | "issuer not ready"
  | "issuer at fault"
  | "issuer held back";

/** Decides from the objects alone: no clock, no client, no logger, so that a table can test it. */
export function decide(request: RequestView, view: IssuerView): Decision {
  const { phase } = request;
  if (request.isIgnored || view.isIgnored) return { do: "nothing", because: "ignored" };
  switch (phase) {
    case "denied":
      return { do: "markDenied" };
    case "open":
      return decideOpen(view, request.heldBack);
    default:
      return { do: "nothing", because: phase };
  }
}

function decideOpen(view: IssuerView, heldBack: HoldBack | undefined): Decision {
  const name = describeIssuer(view.key);
  const { issuer, unreportedFault } = view;
  if (issuer === undefined) {
    return wait(
      "issuer not found",
      `Waiting for ${name}: it does not exist. Create it, or request again with another issuerRef.`,
    );
  }
  if (issuer.metadata.deletionTimestamp !== undefined) {
    return wait(
      "issuer being deleted",
      `Waiting for ${name}: it is being deleted. Create it anew once it is gone, or request again with another issuerRef.`,
    );
  }
  if (unreportedFault !== undefined) {
    return wait("issuer at fault", `Waiting for ${name}, which is not ready: ${unreportedFault}`);
  }
  const ready = findCondition(issuer.status?.conditions, "Ready");
  if (ready === undefined || ready.reason === "Initializing") {
    return wait(
      "issuer not checked",
      `Waiting for ${name}: it has not been checked yet. The request goes on by itself once it has.`,
    );
  }
  if ((ready.observedGeneration ?? 0) < (issuer.metadata.generation ?? 0)) {
    return wait(
      "issuer change not checked",
      `Waiting for ${name}: its latest change has not been checked yet. The request goes on by itself once it has.`,
    );
  }
  if (ready.status !== "True") {
    const why = ready.message ?? ready.reason ?? "no reason given";
    return wait("issuer not ready", `Waiting for ${name}, which is not ready: ${why}`);
  }
  return heldBack === undefined
    ? { do: "sign" }
    : wait("issuer held back", `Waiting for ${name}: ${whyHeldBack(heldBack)}`);
}

function whyHeldBack(heldBack: HoldBack): string {
  switch (heldBack.because) {
    case "patience": {
      const { untilDate, message } = heldBack.patience;
      return `its CA asks for patience until ${untilDate.toISOString()}. The request goes on by itself then. The CA's answer: ${message}`;
    }
    case "breaker":
      return `signing has failed ${FAILURES_TO_OPEN} times in a row, so that one request at a time is tried until one succeeds. The others go on by themselves then. The last failure: ${heldBack.message}`;
    case "turn":
      return `its turn has not come: ${limitsInWords(heldBack.limits)}. The request goes on by itself then.`;
  }
}

function limitsInWords({ concurrency, rate }: FlowLimits): string {
  const most = `at most ${concurrency} of its requests are signed at the same time`;
  if (rate === undefined) return most;
  return `${most}, and ${Number((1_000 / rate.refillMs).toPrecision(3))} a second`;
}

function wait(because: WaitReason, message: string): Decision {
  return { do: "wait", because, message };
}
