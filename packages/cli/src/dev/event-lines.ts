import { printable } from "../printable.ts";
import type { DevEvent, Display } from "./dev-event.ts";
import { oneLine } from "./fit-line.ts";
import { nameOfRow } from "./object-row.ts";
import { describeChange } from "./state-change.ts";

/** A duration as text: `2.9 s`. */
export function formatSeconds(elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1)} s`;
}

/** A line when a long step begins, now and then, and one when it has ended, with how long it took. */
export function describeStep(event: { step: string; elapsedMs: number; done: boolean }): string {
  const { step, elapsedMs, done } = event;
  if (done) return `✔ ${step} (${formatSeconds(elapsedMs)})`;
  return elapsedMs > 0 ? `  ${step}: ${formatSeconds(elapsedMs)} so far` : `  ${step} …`;
}

/** A line about something that happened to an object, with when it did: `   +0.3 s  Certificate web: created`. */
export function stateLine(what: string, elapsedMs: number): string {
  return `  ${`+${formatSeconds(elapsedMs)}`.padStart(7)}  ${what}`;
}

/** The text of an event, `elapsedMs` after the first. */
export function textOfEvent(event: DevEvent, elapsedMs: number): string {
  switch (event.type) {
    case "step":
      return describeStep(event);
    case "state":
      return stateLine(oneLine(`${nameOfRow(event)}: ${describeChange(event)}`), elapsedMs);
    case "note":
      return printable(event.message);
    case "trouble":
      return `✖ ${printable(event.message)}`;
  }
}

/** Prints each event as text: the states that objects go through on `out`, all else on `err`. */
export function plainDisplay(
  terminal: { out(text: string): void; err(text: string): void },
  now: () => number,
): Display {
  const startedAt = now();
  return {
    show: (event) => {
      const write = event.type === "state" ? terminal.out : terminal.err;
      write(`${textOfEvent(event, now() - startedAt)}\n`);
    },
    [Symbol.dispose]: () => {},
  };
}

/** Prints each event as one line of JSON. */
export function jsonDisplay(out: (text: string) => void): Display {
  return {
    show: (event) => out(`${JSON.stringify(event)}\n`),
    [Symbol.dispose]: () => {},
  };
}
