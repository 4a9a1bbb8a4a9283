import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Reads one JSON value a line until the stream ends, and calls back for each in order.
 *
 * Callbacks instead of an iterator: a closing pipe must be noticed in the same tick, whoever awaits.
 */
export function onJsonLines<T>(
  stream: Readable,
  handlers: { onLine: (value: T) => void; onEnd: () => void },
): void {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => handlers.onLine(JSON.parse(line) as T));
  lines.once("close", handlers.onEnd);
  stream.once("error", handlers.onEnd);
}
