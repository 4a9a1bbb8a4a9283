import type { StateChange } from "./state-change.ts";

/** Something that `countersign dev` tells as it happens. */
export type DevEvent =
  /** A step that takes time: at its start, now and then, and when it is done. */
  | {
      readonly type: "step";
      readonly step: string;
      readonly elapsedMs: number;
      readonly done: boolean;
    }
  | ({ readonly type: "state" } & StateChange)
  /** What the reader may want to know, or do next. */
  | { readonly type: "note"; readonly message: string }
  /** What is wrong and theirs to mend. */
  | { readonly type: "trouble"; readonly message: string };

/** Where events go. */
export interface Display extends Disposable {
  show(event: DevEvent): void;
}
