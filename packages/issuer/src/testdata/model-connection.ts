import type { Client, Resource } from "@countersign/kube";
import { type ModelApi, type ModelTarget, refusal } from "./model-api.ts";
import { isNewer, type ModelObject, type ModelStatus } from "./model-object.ts";

/** What can go wrong with a call: a refusal, a connection cut before the server acts, or after. */
export type ModelFault = 409 | 422 | 429 | 500 | "cut before" | "cut after";

/** Where calls are held up on their way, to be let go later: before the server acts, or after. */
export type ModelHold = "before" | "after" | undefined;

/** What one process has of the API server: calls that may fail, be late, or never be answered. */
export class ModelConnection {
  /**
   * The newest version of each request that was answered, by uid: what the process could know. What it
   * happens to read of a request that its watch has not told of yet is not meant for it.
   */
  readonly answered = new Map<string, ModelObject>();
  readonly client: Client;
  hold: ModelHold;
  mayRefer = true;
  readonly #api: ModelApi;
  readonly #isTold: (uid: string) => boolean;
  readonly #faults: ModelFault[] = [];
  readonly #held: (() => void)[] = [];
  #isCut = false;

  constructor(api: ModelApi, isTold: (uid: string) => boolean) {
    this.#api = api;
    this.#isTold = isTold;
    // The client as far as issuers call it: any other call is a TypeError, and shows.
    this.client = {
      get: (resource: Resource, target: ModelTarget) =>
        this.#call(() => this.#api.get(resource, target)),
      applyStatus: (resource: Resource, patch: Patch, { fieldOwner }: { fieldOwner: string }) =>
        this.#call(() => this.#api.applyStatus(resource, patch, fieldOwner)),
      create: () => this.#call(() => ({ status: { allowed: this.mayRefer } })),
    } as unknown as Client;
  }

  /** Has the next call fail. */
  fail(fault: ModelFault): void {
    this.#faults.push(fault);
  }

  /** Lets the calls go that are held up, the oldest first. */
  release(count: number = this.#held.length): void {
    for (const go of this.#held.splice(0, count)) go();
  }

  /** Nothing fails and nothing is held up from now on. */
  mend(): void {
    this.#faults.length = 0;
    this.hold = undefined;
    this.release();
  }

  /** Ends the process that has it: nothing it still does reaches the server. */
  cut(): void {
    this.#isCut = true;
    this.release();
  }

  async #call<T>(act: () => T): Promise<T> {
    const fault = this.#faults.shift();
    const { hold } = this;
    if (hold === "before") await this.#wait();
    if (this.#isCut || fault === "cut before") throw new Error("socket closed");
    if (typeof fault === "number") throw refusal(fault, "the model refuses");
    const answer = act();
    if (hold === "after") await this.#wait();
    if (this.#isCut || fault === "cut after") throw new Error("socket closed");
    this.#remember(answer as ModelObject);
    return answer;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  #remember(object: ModelObject): void {
    const uid = object.metadata?.uid;
    if (uid === undefined || !this.#isTold(uid)) return;
    const known = this.answered.get(uid);
    if (known === undefined || isNewer(object, known)) this.answered.set(uid, object);
  }
}

type Patch = { metadata: ModelObject["metadata"]; status?: ModelStatus };
