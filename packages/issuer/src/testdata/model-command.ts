import * as fc from "fast-check";
import { CA_ANSWERS, type CaAnswer, type CaTraits } from "./model-ca.ts";
import type { ModelFault, ModelHold } from "./model-connection.ts";

/** One thing that happens to a model. What makes no sense at its time does nothing. */
export type ModelCommand =
  | {
      readonly do: "request" | "approve" | "deny" | "invalidate" | "annotate";
      readonly slot: number;
    }
  | { readonly do: "finalize" | "delete" | "recreate"; readonly slot: number }
  | { readonly do: "create issuer" | "edit issuer" | "delete issuer" }
  | { readonly do: "set health"; readonly health: Health }
  | { readonly do: "set Secret"; readonly isThere: boolean }
  | { readonly do: "allow reference"; readonly isAllowed: boolean }
  | { readonly do: "tell requests" | "tell issuers"; readonly count: number }
  | { readonly do: "reconcile request"; readonly skip: number }
  | { readonly do: "reconcile issuer" | "work" }
  | { readonly do: "answer"; readonly answer: CaAnswer; readonly index: number }
  | { readonly do: "fail"; readonly fault: ModelFault }
  | { readonly do: "hold"; readonly hold: ModelHold }
  | { readonly do: "release"; readonly count: number }
  | { readonly do: "pass time"; readonly ms: number }
  | { readonly do: "list again" }
  | { readonly do: "restart"; readonly caHasActed: boolean; readonly lag?: number | undefined };

/** What a check of the issuer comes to: it passes, fails for now, or fails until something changes. */
export type Health = "up" | "down" | "broken";

/** A history: a CA, and what happens one after the other. */
export interface ModelHistory {
  readonly traits: CaTraits;
  readonly commands: readonly ModelCommand[];
}

/** How many requests there are at a time. */
export const SLOTS = 2;

const slot = fc.nat({ max: SLOTS - 1 });
const count = fc.integer({ min: 1, max: 4 });

const REQUEST: fc.Arbitrary<ModelCommand> = fc.record({
  do: fc.constantFrom(
    "request",
    "approve",
    "approve",
    "deny",
    "invalidate",
    "annotate",
    "finalize",
    "delete",
    "recreate",
  ),
  slot,
});

const ISSUER: fc.Arbitrary<ModelCommand> = fc.oneof(
  fc.record({ do: fc.constantFrom("create issuer", "edit issuer", "delete issuer") }),
  fc.record({ do: fc.constant("set health"), health: fc.constantFrom("up", "down", "broken") }),
  fc.record({ do: fc.constant("set Secret"), isThere: fc.boolean() }),
  fc.record({ do: fc.constant("allow reference"), isAllowed: fc.boolean() }),
);

const PROCESS: fc.Arbitrary<ModelCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ModelCommand>({ do: "work" }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("tell requests", "tell issuers"), count }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("reconcile request"), skip: slot }) },
  { weight: 1, arbitrary: fc.constant<ModelCommand>({ do: "reconcile issuer" }) },
  { weight: 1, arbitrary: fc.constant<ModelCommand>({ do: "list again" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("restart"),
      caHasActed: fc.boolean(),
      lag: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    }),
  },
);

const CA: fc.Arbitrary<ModelCommand> = fc.record({
  do: fc.constant("answer"),
  answer: fc.oneof(fc.constant<CaAnswer>("issued"), fc.constantFrom(...CA_ANSWERS)),
  index: slot,
});

const NETWORK: fc.Arbitrary<ModelCommand> = fc.oneof(
  fc.record({
    do: fc.constant("fail"),
    fault: fc.constantFrom<ModelFault[]>(409, 422, 429, 500, "cut before", "cut after"),
  }),
  fc.record({ do: fc.constant("hold"), hold: fc.constantFrom("before", "after", undefined) }),
  fc.record({ do: fc.constant("release"), count }),
);

const TIME: fc.Arbitrary<ModelCommand> = fc.record({
  do: fc.constant("pass time"),
  ms: fc.constantFrom(1_000, 10_000, 60_000, 400_000, 3_600_000),
});

/** Any history, in which work and answers are more likely than trouble. */
export const anyHistory: fc.Arbitrary<ModelHistory> = fc.record({
  traits: fc.record({
    isIdempotent: fc.boolean(),
    hasLookup: fc.boolean(),
    isDeaf: fc.boolean(),
  }),
  commands: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: PROCESS },
      { weight: 3, arbitrary: CA },
      { weight: 2, arbitrary: REQUEST },
      { weight: 2, arbitrary: NETWORK },
      { weight: 1, arbitrary: ISSUER },
      { weight: 1, arbitrary: TIME },
    ),
    { maxLength: 60, size: "max" },
  ),
});
