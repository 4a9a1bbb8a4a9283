import { type DestinationStream, destination } from "pino";

/** Lines that are to be written together, at most. */
const MOST_BYTES = 4_096;

/** How long a line waits for others. */
const WAIT_MS = 20;

/**
 * Where the lines of a log go: to a file descriptor, those of a moment together. In a backlog, one
 * write for each takes a twentieth of the program's time.
 *
 * Guarantees: lines are written in their order, and however the process ends, but by SIGKILL, what is
 * left is written. A write that is under way elsewhere could be overtaken by that: so none is, and one
 * waits for a reader that is slow.
 */
export function createLogStream(fd: number): DestinationStream {
  const file = destination({ dest: fd, sync: true, minLength: MOST_BYTES });
  process.on("exit", () => file.flushSync());
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    file.flushSync();
  };
  return {
    write(line) {
      file.write(line);
      if (timer === undefined) timer = setTimeout(flush, WAIT_MS).unref();
    },
  };
}
