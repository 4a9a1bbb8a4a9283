import type { Dispatcher } from "undici";
import { abortable } from "./abortable.ts";
import type { ApiRequest } from "./transport.ts";
import { describeFailure } from "./transport-failure.ts";

/** One sending of a call: all that goes over the wire, and how an error names its destination. */
export interface Sending {
  readonly request: ApiRequest;
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The path with whatever the server's URL puts before it, and the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The request's body as JSON. */
  readonly body: string | undefined;
  /** @see FailedCall.via */
  readonly via: string;
}

/** The beginning of an answer, whatever its status. Its body must be read or given up. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The whole body. */
  text(): Promise<string>;
  /** The body as it arrives; the connection is given up when the iteration ends early. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Sends a call over a connection of the dispatcher and waits for the answer to begin.
 *
 * @throws TransportError when no answer comes, here or while the body is read; the reason of the
 * request's signal when that aborts; what the request's `beforeSend` throws.
 */
export async function exchange(dispatcher: Dispatcher, sending: Sending): Promise<Answer> {
  const { request, origin, target, headers, body: sent, via } = sending;
  const { method, path, signal, beforeSend } = request;
  let isSent = false;
  let refusal: { readonly error: unknown } | undefined;
  const failure = (error: unknown): unknown => {
    if (refusal !== undefined) return refusal.error;
    return signal?.aborted ? signal.reason : describeFailure({ method, path, via, isSent }, error);
  };
  const answering = dispatcher
    .compose(
      onSend(() => {
        try {
          beforeSend?.();
        } catch (error) {
          refusal = { error };
          throw error;
        }
        isSent = true;
      }),
    )
    .request({
      origin,
      method,
      path: target,
      headers,
      ...(sent === undefined ? {} : { body: sent }),
      ...(signal === undefined ? {} : { signal }),
    });
  try {
    // undici notices an abort only once a connection is free: a caller is not kept waiting for it.
    const { statusCode, headers: answered, body } = await abortable(answering, signal);
    const retryAfter = answered["retry-after"];
    const { date } = answered;
    if (typeof date === "string") request.onServerDate?.(date);
    return {
      status: statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      async text() {
        try {
          return await body.text();
        } catch (error) {
          throw failure(error);
        }
      },
      async *chunks() {
        try {
          for await (const chunk of body) yield chunk as Uint8Array;
        } catch (error) {
          throw failure(error);
        }
      },
    };
  } catch (error) {
    throw failure(error);
  }
}

/**
 * Tells when a connection is about to write the request: what undici's errors leave open. A callback
 * that throws keeps it from being written.
 */
function onSend(callback: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        callback();
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart(controller, ...answer) {
        handler.onResponseStart?.(controller, ...answer);
      },
      onResponseData(controller, chunk) {
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd(controller, trailers) {
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        handler.onResponseError?.(controller, error);
      },
    });
}
