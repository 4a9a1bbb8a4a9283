import { mock } from "node:test";
import { createClient } from "../client.ts";
import { LeaderElectionError } from "../leader-election-error.ts";
import { LeaderElector } from "../leader-elector.ts";
import type { Logger } from "../logger.ts";
import { memberLeaseName, SLOTS } from "../shard-group.ts";
import { ShardMember } from "../shard-member.ts";
import type { WriteFence } from "../write-fence.ts";
import { BadConnection, type CallFate } from "./bad-connection.ts";
import { LeaseApi } from "./lease-api.ts";

const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

/** One replica of the model, and what it works in. */
export interface ModelReplica {
  readonly name: string;
  /** How it maps keys to slots; undefined for one that is elected leader instead. */
  readonly scheme: string | undefined;
  readonly fence: WriteFence;
  readonly connection: BadConnection;
  readonly working: Set<number>;
  /** Tells it to end; it is killed where its connection is held for ever. */
  readonly stop: () => Promise<void>;
}

/** Replicas that divide some work, before one API server, in a time that passes by `pass()`. */
export class ShardModel {
  readonly api = new LeaseApi();
  readonly replicas: ModelReplica[] = [];
  readonly #random: () => number;
  readonly #chanceOfLoss: () => number;
  #count = 0;

  constructor(random: () => number, chanceOfLoss: () => number = () => 0) {
    this.#random = random;
    this.#chanceOfLoss = chanceOfLoss;
  }

  /** Starts a replica, whose clock is its own, a little fast or slow. */
  start(scheme: string | undefined): ModelReplica {
    this.#count += 1;
    const name = `replica-${this.#count}`;
    const connection = new BadConnection(this.api, () => this.#fate());
    const offset = this.#random() * 1e6;
    const rate = 0.98 + this.#random() * 0.04;
    const now = (): number => Date.now() * rate + offset;
    const shared = { client: createClient(connection), identity: name, logger, now };
    const place = { namespace: "ns", name: "group" };
    const random = this.#random;
    const member =
      scheme === undefined
        ? new LeaderElector({ ...shared, ...place, random })
        : new ShardMember({ ...shared, group: place, scheme, random });
    const working = new Set<number>();
    const stopping = new AbortController();
    const ran = this.#run(member, working, stopping.signal);
    const replica = {
      name,
      scheme,
      connection,
      working,
      fence: member.fence,
      stop: async () => {
        stopping.abort();
        await ran;
        working.clear();
        await member.release();
      },
    };
    this.replicas.push(replica);
    return replica;
  }

  /** Ends a replica without a word: nothing of it arrives any more. */
  kill(replica: ModelReplica): void {
    replica.connection.hold();
    replica.fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", "killed"));
  }

  /** Deletes the lease of a replica, as somebody may who cleans up. */
  deleteMemberLease({ name }: ModelReplica): void {
    this.api.remove(memberLeaseName({ namespace: "ns", name: "group" }, name));
  }

  /** Tells what must never be; undefined where all is well. */
  get broken(): string | undefined {
    const open = this.replicas.filter(({ fence }) => fence.isOpen());
    const schemes = new Set(open.map(({ scheme }) => scheme));
    if (schemes.size > 1) return `${open.map(({ name }) => name).join(", ")} work side by side`;
    const leaders = open.filter(({ scheme }) => scheme === undefined);
    if (leaders.length > 1) return "two lead";
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const owners = open.filter(({ working }) => working.has(slot)).map(({ name }) => name);
      if (owners.length > 1) return `slot ${slot} is owned by ${owners.join(" and ")}`;
    }
    return undefined;
  }

  /** Lets time pass, and throws as soon as something is broken. */
  async pass(durationMs: number): Promise<void> {
    for (let passed = 0; passed < durationMs; passed += STEP_MS) {
      mock.timers.tick(STEP_MS);
      await settle();
      if (this.broken !== undefined) throw new Error(this.broken);
    }
  }

  async #run(
    member: LeaderElector | ShardMember,
    working: Set<number>,
    stop: AbortSignal,
  ): Promise<void> {
    if (!(await member.acquire(stop)) || !(member instanceof ShardMember)) return;
    const worker = {
      begin: async (slots: readonly number[]) => {
        await settle();
        for (const slot of slots) working.add(slot);
      },
      end: async (slot: number) => {
        // Where things go wrong, work does not always end in time.
        if (this.#random() < this.#chanceOfLoss()) return false;
        await settle();
        working.delete(slot);
        return true;
      },
    };
    await member.run(worker, stop);
  }

  #fate(): CallFate {
    const chance = this.#random();
    if (chance > this.#chanceOfLoss()) return "answered";
    return this.#random() < 0.5 ? "lost" : "answer lost";
  }
}

const STEP_MS = 250;

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
