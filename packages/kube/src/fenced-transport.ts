import type { ApiRequest, Transport } from "./transport.ts";
import type { WriteFence } from "./write-fence.ts";

/**
 * A transport that writes only while a fence is open. Reads pass.
 *
 * Guarantees: the fence is asked for each try of a call, in the same turn as it is written to its
 * connection; what waits or is under way when the fence closes is aborted.
 *
 * Caveats: every call but a GET counts as a write, a SubjectAccessReview too. What must go out
 * without the lease needs the transport below.
 */
export function fenceTransport(
  transport: Transport,
  fence: Pick<WriteFence, "assertOpen" | "closed">,
): Transport {
  return {
    request: async (request) => {
      if (request.method === "GET") return transport.request(request);
      fence.assertOpen();
      return transport.request(fenced(request, fence));
    },
    stream: (request) => transport.stream(request),
    close: () => transport.close(),
  };
}

function fenced(request: ApiRequest, fence: Pick<WriteFence, "assertOpen" | "closed">): ApiRequest {
  const { signal, beforeSend } = request;
  return {
    ...request,
    signal: signal === undefined ? fence.closed : AbortSignal.any([signal, fence.closed]),
    beforeSend: () => {
      fence.assertOpen();
      beforeSend?.();
    },
  };
}
