import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { defineIssuer, type IssuerDefinition, type SignContext } from "../define-issuer.ts";
import { type Json, PermanentError } from "../outcome.ts";
import { ModelApi, type ModelTarget } from "./model-api.ts";
import { type CaTraits, ModelCa } from "./model-ca.ts";
import { ModelClock } from "./model-clock.ts";
import type { Health } from "./model-command.ts";
import type { ModelKeys } from "./model-keys.ts";
import { MODEL_PASSWORD, ModelLaws, storedOrder } from "./model-laws.ts";
import { isNewer, type ModelObject } from "./model-object.ts";
import { ModelProcess } from "./model-process.ts";
import { MODEL_GROUP, type ModelRequests } from "./model-requests.ts";

/** What the issuer's credentials are in. */
const SECRET: ModelObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace: "default", name: "credentials", uid: "secret" },
  data: { password: Buffer.from(MODEL_PASSWORD).toString("base64") },
};

const ISSUER: ModelTarget = { namespace: "default", name: "ca" };

/** A cluster, a CA, and one process of ours between them, whose every act the laws judge. */
export class Model {
  readonly clock: ModelClock = new ModelClock();
  readonly laws: ModelLaws;
  readonly api: ModelApi;
  readonly ca: ModelCa;
  readonly requests: ModelRequests;
  health: Health = "up";
  process: ModelProcess;
  readonly #keys: ModelKeys;
  #life = 0;
  #uids = 0;
  /** The orders that the next calls are due, by the request's uid. */
  #orders = new Map<string, Json>();
  /** The uids of which this life has taken a certificate. */
  readonly #heard = new Set<string>();

  constructor(keys: ModelKeys, requests: ModelRequests, traits: CaTraits) {
    this.#keys = keys;
    this.requests = requests;
    this.laws = new ModelLaws({
      requests,
      publicKeyOf: (uid) => keys.publicKey(keyOf(uid)),
      now: () => this.clock.now(),
    });
    this.api = new ModelApi((applied) => this.laws.applied(applied));
    this.ca = new ModelCa({
      traits,
      keys,
      clock: this.clock,
      keyOf,
      onOrder: ({ context, life }, order) => {
        const isHeard = life === this.#life && !context.signal.aborted;
        if (isHeard) this.#orders.set(context.request.uid, order);
      },
      onMint: (uid) => this.#minted(uid),
    });
    this.api.put("secrets", SECRET);
    this.createIssuer();
    this.process = this.#start();
  }

  /** Makes a request in a slot that is empty, unapproved. */
  request(slot: number): void {
    if (this.find(slot) !== undefined) return;
    this.#uids += 1;
    const uid = `u${this.#uids}`;
    const csrPem = this.#keys.csr(keyOf(uid));
    this.api.put(this.plural, this.requests.make({ slot, uid, csrPem }));
  }

  find(slot: number): ModelObject | undefined {
    return this.api.find(this.plural, this.target(slot));
  }

  target(slot: number): ModelObject["metadata"] {
    return this.requests.make({ slot, uid: "", csrPem: "" }).metadata;
  }

  get plural(): string {
    return this.requests.kind.resource.plural;
  }

  createIssuer(): void {
    if (this.api.find("acmeissuers", ISSUER) !== undefined) return;
    this.#uids += 1;
    this.api.put("acmeissuers", {
      apiVersion: `${MODEL_GROUP}/v1`,
      kind: "AcmeIssuer",
      metadata: { namespace: "default", name: "ca", uid: `i${this.#uids}`, generation: 1 },
      spec: {},
    });
  }

  editIssuer(): void {
    const issuer = this.api.find("acmeissuers", ISSUER);
    if (issuer === undefined) return;
    const generation = (issuer.metadata.generation ?? 0) + 1;
    this.api.put("acmeissuers", { ...issuer, metadata: { ...issuer.metadata, generation } });
  }

  deleteIssuer(): void {
    this.api.delete("acmeissuers", ISSUER);
  }

  setSecret(isThere: boolean): void {
    if (isThere) this.api.put("secrets", SECRET);
    else this.api.delete("secrets", SECRET.metadata);
    this.process.referencesChanged();
  }

  /** Kills the process and starts another. The CA may have acted on the calls that are lost. */
  async restart({
    caHasActed,
    lag,
  }: {
    caHasActed: boolean;
    lag?: number | undefined;
  }): Promise<void> {
    const life = this.#life;
    this.#life += 1;
    await this.ca.lose(life, caHasActed);
    this.process.kill();
    await this.settle();
    this.#heard.clear();
    this.#orders = new Map();
    for (const request of this.api.list(this.plural)) {
      const order = storedOrder(request);
      if (order !== undefined) this.#orders.set(request.metadata.uid ?? "", order);
    }
    const { mayRefer } = this.process.connection;
    this.process = this.#start(lag);
    this.process.connection.mayRefer = mayRefer;
  }

  /** Waits until nothing moves by itself: time, workers, the CA and the network are ours to move. */
  async settle(): Promise<void> {
    await setImmediate();
  }

  /** Puts the process's own clock, timers and chance back. */
  async end(): Promise<void> {
    await this.ca.lose(this.#life, false);
    this.process.kill();
    await this.settle();
    this.clock.restore();
  }

  #start(lag?: number): ModelProcess {
    return new ModelProcess({
      api: this.api,
      clock: this.clock,
      requests: this.requests,
      definition: this.#definition(this.#life),
      onEvent: ({ note }) => this.laws.said(note),
      lag,
    });
  }

  #definition(life: number): IssuerDefinition {
    const definition = defineIssuer({
      group: MODEL_GROUP,
      version: "v1",
      kinds: { issuer: "AcmeIssuer" },
      spec: z.object({}),
      check: async ({ secret }) => {
        (await secret("credentials")).text("password");
        if (this.health === "down") throw new Error("the CA is down");
        if (this.health === "broken") throw new PermanentError("the CA is no CA");
      },
      sign: async (context) => {
        if (life === this.#life) this.#judgeCall(context);
        (await context.secret("credentials")).text("password");
        const answer = await this.ca.sign(context, life);
        if (!("pending" in answer)) this.#hear(context, life);
        return answer;
      },
    });
    if (!this.ca.traits.hasLookup) return definition;
    const lookup = async (context: SignContext<unknown>) => {
      if (life === this.#life) this.#judgeCall(context);
      const found = this.ca.find(context);
      if (found !== undefined) this.#hear(context, life);
      return found;
    };
    return { ...definition, lookup };
  }

  #judgeCall({ request, idempotencyKey, order }: SignContext<unknown>): void {
    const { uid } = request;
    const { store } = this.process.requests;
    const told = store.list().find((each) => each.metadata.uid === uid);
    const answered = this.process.connection.answered.get(uid);
    const live = this.api.list(this.plural).find((each) => each.metadata.uid === uid);
    const isAnswerNewer = told === undefined || (answered !== undefined && isNewer(answered, told));
    const known = isAnswerNewer ? answered : told;
    this.laws.called({ uid, idempotencyKey, known, live });
    this.laws.ordered(uid, order, this.#orders.get(uid));
  }

  /** A CA that is neither idempotent nor can be asked mints again what it is asked again for. */
  #minted(uid: string): void {
    const { isIdempotent, hasLookup } = this.ca.traits;
    const isFirst = this.ca.mints.every((each) => each.uid !== uid);
    this.laws.require(
      "mints",
      isFirst || !(isIdempotent || hasLookup),
      () => `${uid} is minted twice`,
    );
  }

  #hear({ request: { uid } }: SignContext<unknown>, life: number): void {
    if (life !== this.#life) return;
    this.laws.require("heard", !this.#heard.has(uid), () => `${uid} has two certificates`);
    this.#heard.add(uid);
  }
}

/** Each request has the next key: what is made anew under a name has another. */
function keyOf(uid: string): number {
  return Number(uid.slice(1));
}
