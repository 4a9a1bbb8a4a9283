import type { HealthCheck } from "./health-check.ts";
import { isLeaderElectionError } from "./leader-election-error.ts";
import type { LeaderElector } from "./leader-elector.ts";

/** Fails until caches have held everything that existed. The API server's name for it. */
export function informerSyncCheck(informers: readonly { synced: Promise<void> }[]): HealthCheck {
  let waiting = informers.length;
  for (const { synced } of informers) {
    void synced.then(() => {
      waiting -= 1;
    });
  }
  return {
    name: "informer-sync",
    check: () => {
      if (waiting > 0) throw new Error(`${waiting} of ${informers.length} caches not filled yet`);
    },
  };
}

/** A candidate or a member, whose lease this process works by. */
export type LeaseHolder = Pick<LeaderElector, "state" | "toldMsAgo" | "fence" | "times">;

/** Fails when this process does not know who leads: it has not heard of the lease for a lease's time. */
export function leaseKnownCheck(elector: LeaseHolder): HealthCheck {
  return {
    name: "leader-election",
    check: () => {
      const { phase } = elector.state;
      if (phase === "over") throw elector.fence.closed.reason;
      const { toldMsAgo } = elector;
      if (toldMsAgo === undefined) throw new Error("The lease has not been read yet");
      if (toldMsAgo <= elector.times.leaseDurationMs) return;
      const seconds = Math.round(toldMsAgo / 1_000);
      throw new Error(`The API server has told nothing of the lease for ${seconds} s`);
    },
  };
}

/** Fails when this process has lost its lease and should have ended. As client-go's HealthzAdaptor. */
export function leaseLostCheck(elector: Pick<LeaseHolder, "fence">): HealthCheck {
  return {
    name: "leader-election",
    check: () => {
      const { reason } = elector.fence.closed;
      if (isLeaderElectionError(reason, "ERR_LEASE_LOST")) throw reason;
    },
  };
}
