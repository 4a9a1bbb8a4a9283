import {
  type BindAddress,
  createHealthServer,
  EventLoopWatch,
  informerSyncCheck,
  type LeaseHolder,
  type Logger,
  leaseKnownCheck,
  leaseLostCheck,
  type Runnable,
} from "@countersign/kube";

/** What the health of a program depends on. */
export interface HealthOptions {
  /** Where probes are answered; nowhere without it. */
  readonly address: BindAddress | undefined;
  readonly informers: readonly { synced: Promise<void> }[];
  readonly elector: LeaseHolder | undefined;
  readonly logger: Logger;
}

/**
 * Makes what watches over a program and answers its probes. An issuer that is not ready is no reason
 * to fail one: that is told where it can be acted on, in the issuer's status.
 */
export function healthServers(options: HealthOptions): Runnable[] {
  const { address, informers, elector, logger } = options;
  const loop = new EventLoopWatch({ logger });
  if (address === undefined) return [loop];
  const ping = { name: "ping", check: () => {} };
  const server = createHealthServer({
    address,
    logger,
    healthz: [ping, loop.check, ...(elector === undefined ? [] : [leaseLostCheck(elector)])],
    readyz: [
      informerSyncCheck(informers),
      loop.check,
      ...(elector === undefined ? [] : [leaseKnownCheck(elector)]),
    ],
  });
  return [loop, server];
}
