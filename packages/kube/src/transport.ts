/** One call to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the server's URL, already encoded: `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string;
  /** @default "application/json" */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called at each try of the call, when a connection is about to write it: after credentials, after
   * every wait, in the same turn as the write. What it throws is what the call fails with, and
   * nothing is sent.
   */
  readonly beforeSend?: (() => void) | undefined;
  /** Told the `Date` header of each answer: the server's clock, in whole seconds. */
  readonly onServerDate?: ((date: string) => void) | undefined;
}

/**
 * Sends calls to one API server with one identity.
 *
 * Guarantees: a status of 400 or more is thrown as an `ApiError`; a failure without an answer
 * (refused, reset, timed out) as a `TransportError`; an abort as the signal's reason. What the
 * server refused before it acted is sent again: after a 429 as `Retry-After` says, after a 401 once
 * with fresh credentials, after a failed handshake once with TLS files that have changed. After a 503, or a connection that closed unanswered, only a GET and an
 * apply PATCH are: a POST or DELETE may have acted.
 */
export interface Transport {
  /** The parsed JSON of the answer; undefined when it has no body. */
  request(request: ApiRequest): Promise<unknown>;
  /** The body of a long answer (a watch), on a connection of its own, as it arrives. */
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Ends every connection; calls under way fail. */
  close(): Promise<void>;
}
