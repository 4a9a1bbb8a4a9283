import type { ProcessExit } from "../supervisor/protocol.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { TestingError } from "../testing-error.ts";
import { choosePort } from "./port.ts";

/** A server that listens on one port of 127.0.0.1. */
export interface Listener {
  readonly name: string;
  start(port: number): Promise<SupervisedProcess>;
  /** Settles when the server answers. Its signal aborts when the server has exited instead. */
  ready(port: number, signal: AbortSignal): Promise<void>;
}

const ATTEMPTS = 5;

/** Go's words for EADDRINUSE. */
const IN_USE = /address already in use/;

/**
 * Starts a server on a free port and waits until it answers. When another program has taken the
 * port meanwhile, another port is tried.
 *
 * @throws TestingError `ERR_PROCESS_START` with the last lines of the server's log.
 */
export async function startOnFreePort(
  listener: Listener,
  options: { signal?: AbortSignal | undefined; choose?: () => Promise<number> } = {},
): Promise<{ port: number; process: SupervisedProcess }> {
  const { signal, choose = choosePort } = options;
  for (let attempt = 1; ; attempt++) {
    const port = await choose();
    signal?.throwIfAborted();
    try {
      return { port, process: await startOnPort(listener, port, signal) };
    } catch (error) {
      if (!(error instanceof ExitedEarly) || attempt === ATTEMPTS || !error.isPortInUse)
        throw error;
    }
  }
}

/** {@link startOnFreePort} on one port, without a second try. */
export async function startOnPort(
  listener: Listener,
  port: number,
  signal?: AbortSignal,
): Promise<SupervisedProcess> {
  const process = await listener.start(port);
  const exited = new AbortController();
  const either = signal === undefined ? exited.signal : AbortSignal.any([exited.signal, signal]);
  const exit = process.exited.then((end) => {
    exited.abort();
    throw new ExitedEarly(listener.name, end);
  });
  try {
    await Promise.race([listener.ready(port, either), exit]);
    return process;
  } catch (error) {
    if (error instanceof ExitedEarly) throw error;
    // Readiness gives up as soon as the exit is known, which can be just before the race hears of it.
    if (exited.signal.aborted) await exit;
    const log = process.logTail();
    await process.stop();
    signal?.throwIfAborted();
    const message = withLog(`Cannot start ${listener.name}: ${(error as Error).message}`, log);
    throw new TestingError("ERR_PROCESS_START", message, { cause: error });
  } finally {
    // From here on an exit is somebody else's to notice.
    exit.catch(() => {});
  }
}

class ExitedEarly extends TestingError {
  readonly isPortInUse: boolean;

  constructor(name: string, { code, signal, log }: ProcessExit) {
    const how = signal === null ? `exit code ${code}` : signal;
    super("ERR_PROCESS_START", withLog(`Cannot start ${name}: it ended with ${how}`, log));
    this.isPortInUse = log.some((line) => IN_USE.test(line));
  }
}

/** A message with a log's last lines below it. */
export function withLog(message: string, log: readonly string[]): string {
  if (log.length === 0) return message;
  return [`${message}. The last lines of its log:`, ...log.map((line) => `  ${line}`)].join("\n");
}
