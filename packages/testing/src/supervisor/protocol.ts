/** What a parent and its supervisor say to each other: one JSON object a line, both ways. */

/** From the parent, over the supervisor's stdin. That it closes is the last command. */
export type Command =
  | {
      readonly do: "start";
      readonly id: number;
      readonly name: string;
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | null;
      /** Between SIGTERM and SIGKILL when everything ends; 0 for SIGKILL at once. */
      readonly graceMs: number;
    }
  | { readonly do: "signal"; readonly id: number; readonly signal: NodeJS.Signals };

/** From the supervisor, over its stdout. */
export type Report =
  | { readonly event: "ready"; readonly dir: string }
  | { readonly event: "refused"; readonly code: string; readonly message: string }
  | { readonly event: "started"; readonly id: number; readonly pid: number }
  | { readonly event: "failed"; readonly id: number; readonly message: string }
  | ({ readonly event: "exited"; readonly id: number } & ProcessExit);

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its output. */
  readonly log: readonly string[];
}

/** The supervisor's command line, as JSON in its one argument. */
export interface SupervisorSettings {
  /** The folder to create. It must not exist; with `isPrefix`, random letters are added to it. */
  readonly dir: string;
  readonly isPrefix: boolean;
}

/** Holds the supervisor's process id, in its folder. */
export const PID_FILE = "supervisor.pid";
