import { isDeepStrictEqual } from "node:util";
import { ApiError } from "../api-error.ts";
import type { Lease } from "../lease.ts";
import type { ApiRequest, Transport } from "../transport.ts";

/** One that watches, and what its connection does to what it is told. */
interface Watcher {
  readonly tell: (line: string) => void;
}

/** An API server that holds leases alone: versions, conflicts, preconditions, and watches that tell each change. */
export class LeaseApi implements Transport {
  readonly leases = new Map<string, Lease>();
  readonly #watchers = new Set<Watcher>();
  #version = 1;

  async request(request: ApiRequest): Promise<unknown> {
    const { method, path, body } = request;
    const refuse = (status: number) => new ApiError({ method, path }, { status, said: "refused" });
    const name = path.split("/leases")[1]?.slice(1) ?? "";
    if (method === "GET" && name === "") {
      const metadata = { resourceVersion: String(this.#version) };
      return { metadata, items: [...this.leases.values()].filter(isLabelled) };
    }
    if (method === "POST") {
      const given = body as Lease;
      if (this.leases.has(given.metadata.name)) throw refuse(409);
      return this.put(given);
    }
    const existing = this.leases.get(name);
    if (existing === undefined) throw refuse(404);
    if (method === "GET") return existing;
    if (method === "DELETE") {
      const { preconditions } = body as {
        preconditions: { uid?: string; resourceVersion?: string };
      };
      const { uid, resourceVersion } = existing.metadata;
      const { uid: wantedUid = uid, resourceVersion: wanted = resourceVersion } = preconditions;
      if (wantedUid !== uid || wanted !== resourceVersion) throw refuse(409);
      this.remove(name);
      return {};
    }
    const given = body as Lease;
    if (given.metadata.resourceVersion !== existing.metadata.resourceVersion) throw refuse(409);
    return this.put(given);
  }

  /** Writes a lease, as anybody may. */
  put(given: Lease): Lease {
    const { name } = given.metadata;
    const before = this.leases.get(name);
    // As the API server: a write that changes nothing makes no new version.
    if (before !== undefined && isDeepStrictEqual(before, given)) return before;
    this.#version += 1;
    const uid = before?.metadata.uid ?? `uid-${this.#version}`;
    const metadata = { ...given.metadata, uid, resourceVersion: String(this.#version) };
    const lease = { ...given, metadata };
    const type = this.leases.has(name) ? "MODIFIED" : "ADDED";
    this.leases.set(name, lease);
    this.#tell(type, lease);
    return lease;
  }

  /** Deletes a lease, as anybody may. */
  remove(name: string): void {
    const lease = this.leases.get(name);
    if (lease === undefined) return;
    this.#version += 1;
    this.leases.delete(name);
    const metadata = { ...lease.metadata, resourceVersion: String(this.#version) };
    this.#tell("DELETED", { ...lease, metadata });
  }

  async stream({ signal, query }: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const only = /^metadata.name=(.*)$/.exec(String(query?.fieldSelector ?? ""))?.[1];
    const isSelected = (lease: Lease): boolean =>
      only === undefined ? isLabelled(lease) : lease.metadata.name === only;
    const existing = [...this.leases.values()].filter(isSelected);
    const initial = query?.sendInitialEvents === "true" ? existing : [];
    const annotations = { "k8s.io/initial-events-end": "true" };
    const end = { metadata: { resourceVersion: String(this.#version), annotations } };
    const watchers = this.#watchers;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (type: string, object: object): void =>
          controller.enqueue(Buffer.from(`${JSON.stringify({ type, object })}\n`));
        for (const lease of initial) send("ADDED", lease);
        if (query?.sendInitialEvents === "true") send("BOOKMARK", end);
        const watcher = {
          tell: (line: string): void => {
            const { type, object } = JSON.parse(line) as { type: string; object: Lease };
            if (isSelected(object)) send(type, object);
          },
        };
        watchers.add(watcher);
        signal?.addEventListener("abort", () => {
          if (watchers.delete(watcher)) controller.close();
        });
      },
    });
  }

  async close(): Promise<void> {}

  #tell(type: string, object: Lease): void {
    for (const watcher of this.#watchers) watcher.tell(JSON.stringify({ type, object }));
  }
}

function isLabelled({ metadata }: Lease): boolean {
  return Object.keys(metadata.labels ?? {}).some((label) => label.includes("shards-of"));
}
