import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { TestingError } from "../testing-error.ts";

/**
 * Below what Linux (32768) and macOS (49152) hand out by themselves: a port of that range could be
 * given to some outgoing connection between its choice and its use, or while a server restarts.
 */
export const PORT_RANGE = { first: 20_000, last: 31_999 } as const;

const ATTEMPTS = 50;

/** Where {@link choosePort} gets chance and the state of the machine from. */
export interface PortSource {
  /** A number from first to last, both included. */
  readonly random: (first: number, last: number) => number;
  readonly isFree: (port: number) => Promise<boolean>;
}

const MACHINE: PortSource = { random: (first, last) => randomInt(first, last + 1), isFree };

/**
 * Chooses a port on 127.0.0.1 that can be bound now. Random, so that runs side by side seldom
 * choose the same; whoever uses it must be ready to be late.
 */
export async function choosePort(source: PortSource = MACHINE): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = source.random(PORT_RANGE.first, PORT_RANGE.last);
    if (await source.isFree(port)) return port;
  }
  throw new TestingError(
    "ERR_NO_FREE_PORT",
    `Cannot choose a port: ${ATTEMPTS} tries from ${PORT_RANGE.first} to ${PORT_RANGE.last} were all in use, one must be free`,
  );
}

/** Whether a server could listen on 127.0.0.1 at this port now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
