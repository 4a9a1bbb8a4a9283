/**
 * Calls an author's function with a signal that aborts at a deadline, and waits until it settles,
 * however long that takes: a call that ignores its signal is never left running beside the next one.
 *
 * What it returns late still counts: it may be a certificate. What it throws after the deadline is
 * told as the deadline's error, with the thrown error as its cause.
 */
export async function callWithDeadline<T>(
  call: (signal: AbortSignal) => Promise<T>,
  options: { what: string; deadlineMs: number; signal: AbortSignal; onOverdue: () => void },
): Promise<T> {
  const { what, deadlineMs, signal, onOverdue } = options;
  const deadline = AbortSignal.timeout(deadlineMs);
  const overdue = setTimeout(onOverdue, deadlineMs * 2);
  try {
    return await call(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (!deadline.aborted) throw error;
    throw new Error(
      `${what} gave no answer within ${deadlineMs / 1_000} s, see whether its CA can be reached`,
      { cause: error },
    );
  } finally {
    clearTimeout(overdue);
  }
}
