/** A step under way. */
export interface ProgressEvent {
  /** What is being done: "build kube-apiserver 1.36.3 with Go". */
  readonly step: string;
  readonly elapsedMs: number;
  readonly done: boolean;
}

/** Hears of long steps: once at their start, about every 10 s, once at their end. */
export type Progress = (event: ProgressEvent) => void;

const HEARTBEAT_MS = 10_000;

/** Does one step's work and reports on it. A step that fails reports no end. */
export async function withProgress<T>(
  step: string,
  work: () => Promise<T>,
  options: { progress: Progress | undefined; heartbeatMs?: number },
): Promise<T> {
  const { progress, heartbeatMs = HEARTBEAT_MS } = options;
  if (progress === undefined) return work();
  const begun = performance.now();
  const tell = (done: boolean) =>
    progress({ step, elapsedMs: Math.round(performance.now() - begun), done });
  tell(false);
  const timer = setInterval(tell, heartbeatMs, false);
  try {
    const result = await work();
    tell(true);
    return result;
  } finally {
    clearInterval(timer);
  }
}
