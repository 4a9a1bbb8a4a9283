/** A program's inspector: https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/ */
export interface Inspector extends Disposable {
  collectGarbage(): Promise<void>;
}

/** How V8 says where its inspector is, on stderr. */
export const INSPECTOR_LINE = /^Debugger listening on (ws:\S+)$/;

/** Connects to the inspector of a program that was started with `--inspect`. */
export async function connectInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let calls = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, error } = JSON.parse(String(data)) as { id?: number; error?: { message: string } };
    const call = waiting.get(id ?? 0);
    if (error === undefined) call?.resolve();
    else call?.reject(new Error(`Cannot ask ${url}: ${error.message}`));
    waiting.delete(id ?? 0);
  });
  socket.addEventListener("close", () => {
    for (const call of waiting.values()) call.reject(new Error(`Cannot ask ${url}: it is closed`));
  });
  await opened(socket, url);
  return {
    collectGarbage() {
      calls += 1;
      const call = Promise.withResolvers<void>();
      waiting.set(calls, call);
      socket.send(JSON.stringify({ id: calls, method: "HeapProfiler.collectGarbage" }));
      return call.promise;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`Cannot connect to ${url}`)), {
      once: true,
    });
  });
}
