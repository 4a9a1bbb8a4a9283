import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback whose connections can be made to misbehave. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Keeps the connections that are open, and lets nothing more through them: no byte, no end. */
  blackHole(): void;
  /** Stops reading what the server sends, on the connections that are open; gives what resumes. */
  stall(): () => void;
  /** Refuses, or accepts again, new connections; those that are open are cut. */
  setOpen(isOpen: boolean): void;
  /** Leads new connections to another port of loopback; those that are open are cut. */
  leadTo(port: number): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Starts a proxy to a port of loopback. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let isOpen = true;
  let leadsTo = targetPort;
  const listener = createServer((client) => {
    if (!isOpen) return void client.destroy();
    const server = connect(leadsTo, "127.0.0.1");
    const pair = { client, server };
    pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on("data", (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on("drain", () => from.resume());
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  return {
    port: (listener.address() as AddressInfo).port,
    blackHole() {
      for (const { client, server } of pairs) {
        for (const socket of [client, server]) socket.removeAllListeners("data").resume();
        server.removeAllListeners("close");
      }
    },
    stall() {
      const servers = [...pairs].map(({ server }) => server.pause());
      return () => {
        for (const server of servers) server.resume();
      };
    },
    setOpen(open) {
      isOpen = open;
      if (!open) cut();
    },
    leadTo(port) {
      leadsTo = port;
      cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      listener.close();
      await once(listener, "close");
    },
  };
}
