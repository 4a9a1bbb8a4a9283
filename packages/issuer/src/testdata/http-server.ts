import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";

/** A server on loopback, on a free port. */
export interface RunningServer<S> extends AsyncDisposable {
  readonly server: S;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
}

/** Serves HTTP, or HTTPS where there are settings for it. */
export function serveHttp(
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<RunningServer<Server>> {
  return run(tls === undefined ? createServer(listener) : createTlsServer(tls, listener));
}

/** Serves what is no HTTP, or half of it. */
export function serveTcp(listener: (socket: Socket) => void): Promise<RunningServer<TcpServer>> {
  return run(createTcpServer(listener));
}

async function run<S extends TcpServer>(server: S): Promise<RunningServer<S>> {
  const sockets = new Set<{ destroy(): void }>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {}); // the other side may go at any time
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
