import type { SignContext } from "../define-issuer.ts";
import { type Issued, IssuerError, type Pending, PermanentError, pending } from "../outcome.ts";
import type { ModelClock } from "./model-clock.ts";
import type { ModelKeys } from "./model-keys.ts";

/** A call of `sign()` that the CA has not answered. */
export interface CaCall {
  readonly context: SignContext<unknown>;
  /** Which process made it. */
  readonly life: number;
  readonly settle: (answer: Promise<Issued | Pending>) => void;
}

/** One certificate that the CA has made, whether or not anybody has heard of it. */
interface Mint {
  readonly uid: string;
  readonly idempotencyKey: string;
  readonly issued: Issued;
}

/** How a model's CA is built. */
export interface CaTraits {
  /** The same idempotency key gets the same certificate. */
  readonly isIdempotent: boolean;
  /** It can be asked what it has issued. */
  readonly hasLookup: boolean;
  /** The author's code does not listen to its signal: calls end when the CA answers, however late. */
  readonly isDeaf: boolean;
}

/** Every way in which the CA, or the author's code before it, can answer. */
export type CaAnswer = (typeof CA_ANSWERS)[number];

export const CA_ANSWERS = [
  "issued",
  "issued early",
  "issued much too early",
  "issued expired",
  "issued for another key",
  "issued garbage",
  "issued and the answer lost",
  "issued and then the issuer at fault",
  "ordered",
  "still pending",
  "failed",
  "failed with many words",
  "failed as the issuer's fault with many words",
  "failed for good",
  "failed as the issuer's fault",
  "asked to come back",
] as const;

const HOUR_MS = 3_600_000;

/** As much as an author may say, with a surrogate pair wherever a cut may fall. */
const MANY_WORDS = "🔥".repeat(5_000);

/** A CA that answers when and how it is told to, and remembers what it has made. */
export class ModelCa {
  readonly traits: CaTraits;
  readonly calls: CaCall[] = [];
  readonly mints: Mint[] = [];
  readonly #keys: ModelKeys;
  readonly #clock: ModelClock;
  readonly #keyOf: (uid: string) => number;
  readonly #onOrder: (call: CaCall, order: { id: number }) => void;
  readonly #onMint: (uid: string) => void;
  #orders = 0;

  constructor(options: {
    traits: CaTraits;
    keys: ModelKeys;
    clock: ModelClock;
    keyOf: (uid: string) => number;
    onOrder: (call: CaCall, order: { id: number }) => void;
    onMint: (uid: string) => void;
  }) {
    this.traits = options.traits;
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#keyOf = options.keyOf;
    this.#onOrder = options.onOrder;
    this.#onMint = options.onMint;
  }

  sign(context: SignContext<unknown>, life: number): Promise<Issued | Pending> {
    const { signal } = context;
    return new Promise((resolve, reject) => {
      const call: CaCall = { context, life, settle: resolve };
      const end = (): void => {
        this.#drop(call);
        reject(signal.reason);
      };
      this.calls.push(call);
      if (this.traits.isDeaf) return;
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }

  find({ idempotencyKey }: { idempotencyKey: string }): Issued | undefined {
    return this.mints.find((each) => each.idempotencyKey === idempotencyKey)?.issued;
  }

  /** Answers a call: the one that has waited longest, or a later one. */
  async answer(answer: CaAnswer, index = 0): Promise<void> {
    const call = this.calls[index % Math.max(1, this.calls.length)];
    if (call === undefined) return;
    this.#drop(call);
    call.settle(this.#answer(answer, call));
  }

  /** Drops the calls of a process that has died; the CA may have acted on them. */
  async lose(life: number, hasActed: boolean): Promise<void> {
    for (const call of this.calls.filter((each) => each.life === life)) {
      if (hasActed) await this.#mint(call, "issued");
      this.#drop(call);
      call.settle(Promise.reject(new Error("The process has ended")));
    }
  }

  #drop(call: CaCall): void {
    const index = this.calls.indexOf(call);
    if (index >= 0) this.calls.splice(index, 1);
  }

  async #answer(answer: CaAnswer, call: CaCall): Promise<Issued | Pending> {
    switch (answer) {
      case "issued and the answer lost":
        await this.#mint(call, "issued");
        throw new Error("socket closed after the order was sent");
      case "issued and then the issuer at fault":
        await this.#mint(call, "issued");
        throw new IssuerError("the CA's own certificate is in no ConfigMap");
      case "ordered":
        return this.#order(call);
      case "still pending":
        return pending({ retryAfterMs: 10_000 });
      case "failed":
        throw new Error("HTTP 502");
      case "failed with many words":
        throw new Error(MANY_WORDS);
      case "failed as the issuer's fault with many words":
        throw new IssuerError(MANY_WORDS);
      case "failed for good":
        throw new PermanentError("the name is not allowed");
      case "failed as the issuer's fault":
        throw new IssuerError("HTTP 401");
      case "asked to come back":
        throw Object.assign(new Error("HTTP 429"), { retryAfterMs: 5_000 });
      default:
        return this.#mint(call, answer);
    }
  }

  #order(call: CaCall): Pending {
    this.#orders += 1;
    const order = { id: this.#orders };
    this.#onOrder(call, order);
    return pending({ retryAfterMs: 1_000, order });
  }

  async #mint({ context }: CaCall, what: CaAnswer): Promise<Issued> {
    const { idempotencyKey } = context;
    const known = this.traits.isIdempotent ? this.find({ idempotencyKey }) : undefined;
    if (known !== undefined) return known;
    const { uid } = context.request;
    this.#onMint(uid);
    const issued = { certificate: await this.#certificate(this.#keyOf(uid), what) };
    this.mints.push({ uid, idempotencyKey, issued });
    return issued;
  }

  #certificate(key: number, what: CaAnswer): Promise<string> | string {
    const now = this.#clock.now().getTime();
    switch (what) {
      case "issued early":
        return this.#keys.certificate(key, new Date(now + 60_000));
      case "issued much too early":
        return this.#keys.certificate(key, new Date(now + HOUR_MS));
      case "issued expired":
        return this.#keys.certificate(key, new Date(now - 2 * HOUR_MS), HOUR_MS);
      case "issued for another key":
        return this.#keys.certificate(key + 1, new Date(now));
      case "issued garbage":
        return "garbage";
      default:
        return this.#keys.certificate(key, new Date(now));
    }
  }
}
