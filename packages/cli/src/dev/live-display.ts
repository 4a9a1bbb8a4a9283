import type { Screen } from "../program.ts";
import type { DevEvent, Display } from "./dev-event.ts";
import { describeStep, textOfEvent } from "./event-lines.ts";
import { fitLine } from "./fit-line.ts";
import { describeLogLine } from "./log-line.ts";
import type { ObjectRow } from "./object-row.ts";
import { tableLines } from "./table.ts";

/** What a live display shows besides events. */
export interface LiveView {
  rows(): readonly ObjectRow[];
  /** The last lines of the author's program, oldest first. */
  logLines(count: number): readonly string[];
}

/** What a live display draws on, and when. */
export interface LiveTerminal {
  out(text: string): void;
  readonly screen: Screen;
  readonly now: () => Date;
}

const REDRAW_MS = 500;
const LOG_LINES = 5;

/**
 * Shows a table that is drawn anew in its place, at the bottom of what the terminal has shown. Notes,
 * troubles and steps that are done stay above it; states show in the table itself.
 */
export class LiveDisplay implements Display {
  readonly #terminal: LiveTerminal;
  readonly #view: LiveView;
  readonly #timer: NodeJS.Timeout;
  /** Lines that are drawn and will be drawn over. */
  #drawn = 0;
  #step: string | undefined;
  /** Until something is shown the screen is left to whoever asks something on it. */
  #hasBegun = false;

  constructor(terminal: LiveTerminal, view: LiveView) {
    this.#terminal = terminal;
    this.#view = view;
    this.#timer = setInterval(() => this.#draw([]), REDRAW_MS);
  }

  show(event: DevEvent): void {
    this.#hasBegun = true;
    if (event.type === "state") return;
    const isGoingOn = event.type === "step" && !event.done;
    if (event.type === "step") this.#step = isGoingOn ? describeStep(event) : undefined;
    this.#draw(isGoingOn ? [] : textOfEvent(event, 0).split("\n"));
  }

  /** Draws the table a last time and leaves it where it is. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#step = undefined;
    this.#draw([]);
  }

  #draw(above: readonly string[]): void {
    if (!this.#hasBegun) return;
    const block = this.#block();
    const erase = this.#drawn > 0 ? `\x1b[${this.#drawn}A\x1b[0J` : "";
    this.#drawn = block.length;
    this.#terminal.out(erase + [...above, ...block].map((line) => `${line}\n`).join(""));
  }

  #block(): string[] {
    const { screen, now } = this.#terminal;
    const columns = screen.columns();
    const rows = this.#view.rows();
    const log = this.#view.logLines(LOG_LINES).map((line) => `│ ${describeLogLine(line)}`);
    const below = [...log, ...(this.#step === undefined ? [] : [this.#step])];
    // One line stays free for the cursor, two part the table from what is around it.
    const lines = Math.max(2, screen.rows() - below.length - 3);
    const isEmpty = rows.length === 0 && this.#step !== undefined;
    const table = isEmpty ? [] : ["", ...tableLines(rows, { columns, lines }, now()), ""];
    return [...table, ...below].map((line) => fitLine(line, columns));
  }
}
