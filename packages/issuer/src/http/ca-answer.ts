import type * as z from "zod";
import { CaError } from "./ca-error.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** A CA's answer, read to its end. */
export class CaAnswer {
  readonly status: number;
  /** By lower-case name; of a header that came twice the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** What `Retry-After` says, in whichever form: with a 202, when to ask for the order again. */
  readonly retryAfterMs: number | undefined;
  readonly #url: string;

  /** @param url as a message may show it */
  constructor(
    url: string,
    answer: { status: number; headers: Readonly<Record<string, string>>; bytes: Uint8Array },
  ) {
    this.status = answer.status;
    this.headers = answer.headers;
    this.bytes = answer.bytes;
    this.#url = url;
    const { date, "retry-after": retryAfter } = answer.headers;
    this.retryAfterMs = parseRetryAfter(retryAfter, { date, now: new Date() });
  }

  /** The body as UTF-8. */
  get text(): string {
    return Buffer.from(this.bytes).toString("utf8");
  }

  /**
   * The body as JSON, checked by a schema: what a CA sends is not ours to trust.
   *
   * @throws CaError where it is no JSON, or not of that form
   */
  json<T>(schema: z.ZodType<T>): T {
    const read = schema.safeParse(this.#parse());
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const field = issue?.path.join(".") || "the whole";
    throw this.#unreadable(`is not of the expected form: ${field}: ${issue?.message}`);
  }

  #parse(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      throw this.#unreadable("is no JSON");
    }
  }

  #unreadable(what: string): CaError {
    const { status } = this;
    const message = `The CA at ${this.#url} answered ${status}, and its answer ${what}`;
    return new CaError(message, { mayHaveArrived: true, status });
  }
}
