import { type ControlPlane, type FaultProxy, startFaultProxy } from "@countersign/testing";
import { startApiOfCertManager } from "./api-of-cert-manager.ts";
import { createMovableClock, type MovableClock } from "./movable-clock.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const API_SERVER_ARGS = [
  // Asks callers over HTTP/2 to connect anew, as API servers behind a balancer do: a client that
  // spoke it would show in every test.
  "--goaway-chance=0.02",
  // Ends within seconds, with 429 to what is new, as in clusters with several API servers. Without
  // it a watch over HTTP/1.1 keeps a server that is to end alive for a minute.
  "--shutdown-send-retry-after=true",
];

/** A control plane whose parts are to fail, and what stands between it and the programs under test. */
export interface ChaosSite extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** Where programs under test reach the API server: through `proxy`. */
  readonly url: string;
  readonly proxy: TcpProxy;
  /** The clock of the programs that were started with it. */
  readonly clock: MovableClock;
  /** Answers every call with 429; nothing is led to it at first. */
  readonly refuser: FaultProxy;
}

/** Starts one with cert-manager's API and nothing of cert-manager running: whoever tests approves. */
export async function startChaosSite(): Promise<ChaosSite> {
  await using started = new AsyncDisposableStack();
  const clock = started.use(await createMovableClock());
  const plane = started.use(
    await startApiOfCertManager("1.21.2", { apiServerArgs: API_SERVER_ARGS }),
  );
  const proxy = started.use(await startTcpProxy(portOf(plane.url)));
  const refuser = started.use(await startFaultProxy(plane));
  refuser.addRule({ fault: { do: "answer", status: 429, retryAfterSeconds: 1 } });
  const kept = started.move();
  return {
    plane,
    url: `https://127.0.0.1:${proxy.port}`,
    proxy,
    clock,
    refuser,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export function portOf(url: string): number {
  return Number(new URL(url).port);
}
