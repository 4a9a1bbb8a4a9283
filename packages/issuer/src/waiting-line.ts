import { Heap } from "@countersign/kube";

/** Who waits for a call of an issuer's CA. */
export interface Waiter {
  /** The request's, over all kinds of request. */
  readonly id: string;
  /** The requests of one do not delay those of another; empty for what has none. */
  readonly namespace: string;
  /** RFC 3339: those of one namespace go in this order, */
  readonly approvedAt: string;
  /** then in this. */
  readonly createdAt: string;
  /** Has the request looked at. */
  readonly wake: () => void;
}

/**
 * Those who wait for one issuer: namespaces take turns, and in each the oldest approval is first.
 * Whoever joins twice has one place, the one it had.
 */
export class WaitingLine {
  readonly #waiting = new Map<string, Waiter>();
  /** In the order of their turns. The heaps may hold entries that have left: the map says who counts. */
  readonly #namespaces = new Map<string, Heap<Waiter>>();

  get size(): number {
    return this.#waiting.size;
  }

  join(waiter: Waiter): void {
    if (this.#waiting.has(waiter.id)) return;
    this.#waiting.set(waiter.id, waiter);
    const heap = this.#namespaces.get(waiter.namespace) ?? new Heap(isBefore);
    heap.push(waiter);
    this.#namespaces.set(waiter.namespace, heap);
  }

  leave(id: string): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#namespaces.clear();
  }

  /** Takes whoever is first, and gives the turn to the next namespace. */
  next(): Waiter | undefined {
    for (const [namespace, heap] of this.#namespaces) {
      this.#namespaces.delete(namespace);
      const waiter = this.#first(heap);
      if (waiter === undefined) continue;
      if (heap.size > 0) this.#namespaces.set(namespace, heap);
      this.leave(waiter.id);
      return waiter;
    }
    return undefined;
  }

  #first(heap: Heap<Waiter>): Waiter | undefined {
    for (let waiter = heap.pop(); waiter !== undefined; waiter = heap.pop()) {
      if (this.#waiting.get(waiter.id) === waiter) return waiter;
    }
    return undefined;
  }
}

function isBefore(a: Waiter, b: Waiter): boolean {
  return a.approvedAt === b.approvedAt ? a.createdAt < b.createdAt : a.approvedAt < b.approvedAt;
}
