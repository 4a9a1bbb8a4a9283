/**
 * Aborts at the first SIGTERM or SIGINT. A second one ends the process at once, as if nobody handled
 * it; but for the same one again within half a second, which npm passes on to its scripts where the
 * terminal has sent it to them already.
 */
export function stopOnSignals(onSignal: (name: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    for (const each of STOP_SIGNALS) process.off(each, stop);
    ignoreEcho(name);
    onSignal(name);
    controller.abort();
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  return controller.signal;
}

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

const ECHO_MS = 500;

function ignoreEcho(name: NodeJS.Signals): void {
  const ignore = (): void => {};
  process.on(name, ignore);
  setTimeout(() => process.off(name, ignore), ECHO_MS).unref();
}
