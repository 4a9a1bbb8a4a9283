import { IssuerError, PermanentError } from "../outcome.ts";
import type { CaAnswer } from "./ca-answer.ts";
import { CaError } from "./ca-error.ts";
import { shownText } from "./shown-text.ts";
import { meaningOf, type StatusMeaning } from "./status-table.ts";

/** The call that an answer is for. */
export interface AnsweredCall {
  /** As a message may show it. */
  readonly url: string;
  readonly hasBody: boolean;
  readonly own: Readonly<Record<number, StatusMeaning>> | undefined;
  readonly secrets: readonly string[];
}

/** The error that an answer comes to by its status; undefined where it is for the caller to read. */
export function errorOfAnswer(call: AnsweredCall, answer: CaAnswer): Error | undefined {
  const { meaning, advice } = meaningOf(answer.status, call);
  const said = shownText(answer.text, call.secrets);
  const next = advice === undefined ? "" : `${/[.!?]$/.test(said) ? "" : "."} ${advice}`;
  const message = `The CA at ${call.url} answered ${answer.status}: ${said}${next}`;
  switch (meaning) {
    case "answer":
      return undefined;
    case "permanent":
      return new PermanentError(message);
    case "issuerAtFault":
      return new IssuerError(message);
    case "transient": {
      const { status, retryAfterMs } = answer;
      return new CaError(message, { mayHaveArrived: true, status, retryAfterMs });
    }
  }
}
