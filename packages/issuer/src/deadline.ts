/**
 * Calls an author's function with a signal that aborts at a deadline, or with one of `signals`, and
 * waits until it settles, however long that takes: a call that ignores its signal is never left
 * running beside the next one.
 *
 * What it returns late still counts: it may be a certificate. What it throws after the deadline is
 * told as the deadline's error, with the thrown error as its cause.
 */
export async function callWithDeadline<T>(
  call: (signal: AbortSignal) => Promise<T>,
  options: {
    what: string;
    deadlineMs: number;
    signals: readonly AbortSignal[];
    onOverdue: () => void;
  },
): Promise<T> {
  const { what, deadlineMs, signals, onOverdue } = options;
  const ending = new AbortController();
  const end = ({ target }: Event): void => ending.abort((target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) ending.abort(signal.reason);
    signal.addEventListener("abort", end, { once: true });
  }
  let isOver = false;
  let timer = setTimeout(() => {
    isOver = true;
    ending.abort(new DOMException("The deadline is over", "TimeoutError"));
    timer = setTimeout(onOverdue, deadlineMs);
  }, deadlineMs);
  try {
    return await call(ending.signal);
  } catch (error) {
    if (!isOver) throw error;
    throw new Error(
      `${what} gave no answer within ${deadlineMs / 1_000} s, see whether its CA can be reached`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", end);
  }
}
