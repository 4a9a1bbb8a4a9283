import { setTimeout as sleep } from "node:timers/promises";
import { type ChaosSite, portOf } from "./chaos-site.ts";
import { compactEtcd } from "./etcd-compaction.ts";

/** A fault that a cluster has sooner or later. When it settles, its cause is over. */
export interface ChaosFault {
  /** Of a sentence that begins with "when". */
  readonly when: string;
  readonly run: (site: ChaosSite, lastsMs: number) => Promise<void>;
}

const MINUTE_MS = 60_000;

/** Every fault, each in its own name. */
export const CHAOS_FAULTS = {
  none: { when: "nothing goes wrong", run: (_, lastsMs) => sleep(lastsMs) },
  apiServerRestart: {
    when: "the API server restarts in good order",
    run: async ({ plane }) => {
      await plane.killApiServer("SIGTERM");
      await plane.restartApiServer();
    },
  },
  apiServerKill: {
    when: "the API server is killed, and starts again",
    run: async ({ plane }, lastsMs) => {
      await plane.killApiServer("SIGKILL");
      await sleep(lastsMs);
      await plane.restartApiServer();
    },
  },
  etcdPause: {
    when: "etcd is paused",
    run: async ({ plane }, lastsMs) => {
      plane.etcd.signal("SIGSTOP");
      await sleep(lastsMs).finally(() => plane.etcd.signal("SIGCONT"));
    },
  },
  connectionsCut: {
    when: "its connections are cut",
    run: async ({ proxy }, lastsMs) => {
      proxy.setOpen(false);
      await sleep(lastsMs);
      proxy.setOpen(true);
    },
  },
  blackHole: {
    when: "its connections go dead without an end",
    run: async ({ proxy }, lastsMs) => {
      proxy.blackHole();
      await sleep(lastsMs);
    },
  },
  slowReader: {
    when: "it is sent nothing for a while, then all at once",
    run: async ({ proxy }, lastsMs) => {
      const resume = proxy.stall();
      await sleep(lastsMs).finally(resume);
    },
  },
  tooManyRequests: {
    when: "every call is answered with 429",
    run: async ({ plane, proxy, refuser }, lastsMs) => {
      proxy.leadTo(portOf(refuser.url));
      await sleep(lastsMs).finally(() => proxy.leadTo(portOf(plane.url)));
    },
  },
  versionsExpired: {
    when: "what it has seen has expired when it comes back",
    run: async ({ plane, proxy }) => {
      proxy.setOpen(false);
      await compactEtcd(plane);
      // The watch cache of a new API server begins where it starts: what is older is answered with 410.
      await plane.restartApiServer().finally(() => proxy.setOpen(true));
    },
  },
  clockAhead: { when: "its clock jumps half a day ahead and back", run: jump(12 * 60 * MINUTE_MS) },
  clockBack: { when: "its clock jumps 4 minutes back and ahead", run: jump(-4 * MINUTE_MS) },
} as const satisfies Readonly<Record<string, ChaosFault>>;

/** The name of one of them. */
export type ChaosFaultName = keyof typeof CHAOS_FAULTS;

function jump(byMs: number): ChaosFault["run"] {
  return async ({ clock }, lastsMs) => {
    await clock.set(byMs);
    await sleep(lastsMs).finally(() => clock.set(0));
  };
}
