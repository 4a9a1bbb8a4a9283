import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Heap } from "./heap.ts";

describe("Heap", () => {
  it("pop() gives the elements in order, however they were pushed", () => {
    const numbers = Array.from({ length: 200 }, (_, i) => (i * 7919) % 200);
    const heap = new Heap<number>((a, b) => a < b);
    for (const number of numbers) heap.push(number);
    const popped = Array.from({ length: 200 }, () => heap.pop());
    assert.deepEqual(
      popped,
      numbers.toSorted((a, b) => a - b),
    );
    assert.equal(heap.size, 0);
  });

  it("pop() keeps the order between pushes", () => {
    const heap = new Heap<number>((a, b) => a < b);
    heap.push(5);
    heap.push(3);
    assert.equal(heap.pop(), 3);
    heap.push(1);
    heap.push(4);
    assert.deepEqual([heap.peek(), heap.pop(), heap.pop(), heap.pop()], [1, 1, 4, 5]);
  });

  it("pop() and peek() give nothing when it is empty", () => {
    const heap = new Heap<number>((a, b) => a < b);
    assert.equal(heap.pop(), undefined);
    assert.equal(heap.peek(), undefined);
  });
});
