/** A binary heap: `pop` takes the least element by `before`. */
export class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  /** Every element stands before both its children, at 2i+1 and 2i+2. */
  readonly #items: T[] = [];

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    let at = this.#items.length;
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) break;
      at = parent;
    }
  }

  pop(): T | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return top;
    this.#items[0] = last;
    let at = 0;
    for (;;) {
      const child = this.#lesserChild(at);
      if (!this.#swapIfBefore(child, at)) return top;
      at = child;
    }
  }

  #lesserChild(at: number): number {
    const left = at * 2 + 1;
    const a = this.#items[left];
    const b = this.#items[left + 1];
    return a !== undefined && b !== undefined && this.#before(b, a) ? left + 1 : left;
  }

  #swapIfBefore(at: number, other: number): boolean {
    const a = this.#items[at];
    const b = this.#items[other];
    if (a === undefined || b === undefined || !this.#before(a, b)) return false;
    this.#items[at] = b;
    this.#items[other] = a;
    return true;
  }
}
