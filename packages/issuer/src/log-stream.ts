import { type DestinationStream, destination } from "pino";

/** Lines that are to be written together, at most. */
const MOST_BYTES = 4_096;

/** How long a line waits for others. */
const WAIT_MS = 20;

/**
 * Where the lines of a log go: to a file descriptor, while other work goes on, and those of a moment
 * together. In a backlog, one write for each takes a twentieth of the program's time. What is left
 * is written when the process ends.
 */
export function createLogStream(fd: number): DestinationStream {
  const file = destination({ dest: fd, sync: false, minLength: MOST_BYTES });
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    file.flush();
  };
  return {
    write(line) {
      file.write(line);
      if (timer === undefined) timer = setTimeout(flush, WAIT_MS).unref();
    },
  };
}
