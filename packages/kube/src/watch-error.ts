/** A watch that the API server ended in a way that calls for a pause. */
export class WatchError extends Error {
  override readonly name = "WatchError";
  readonly code:
    | "ERR_WATCH_ENDED_AT_ONCE"
    | "ERR_WATCH_ENDED_EARLY"
    | "ERR_WATCH_REFUSED"
    | "ERR_WATCH_NO_VERSION";

  constructor(code: WatchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
