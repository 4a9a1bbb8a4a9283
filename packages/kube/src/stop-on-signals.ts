/**
 * Aborts at the first SIGTERM or SIGINT. A second one of either kind ends the process at once, as if
 * nobody handled it.
 */
export function stopOnSignals(onSignal: (name: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    for (const each of STOP_SIGNALS) process.off(each, stop);
    onSignal(name);
    controller.abort();
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  return controller.signal;
}

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
