import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeWatchEvents } from "./watch-event.ts";

async function* chunks(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === "string" ? Buffer.from(text) : text;
}

async function decode(...texts: (string | Uint8Array)[]): Promise<unknown[]> {
  return Array.fromAsync(decodeWatchEvents(chunks(...texts)));
}

describe("decodeWatchEvents()", () => {
  it("reads an event a line", async () => {
    assert.deepEqual(await decode('{"type":"ADDED"}\n{"type":"DELETED"}\n'), [
      { type: "ADDED" },
      { type: "DELETED" },
    ]);
  });

  it("joins an event that comes in pieces, within a character too", async () => {
    const bytes = Buffer.from('{"type":"ADDED","name":"Zoë"}\n');
    const pieces = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    assert.deepEqual(await decode(...pieces), [{ type: "ADDED", name: "Zoë" }]);
  });

  it("passes over empty lines, and over a last line that is cut off", async () => {
    assert.deepEqual(await decode('\n{"type":"ADDED"}\n\n{"type":"DEL'), [{ type: "ADDED" }]);
  });

  it("throws for a line that is not JSON", async () => {
    await assert.rejects(decode("<html>\n"), { name: "SyntaxError" });
  });

  it("throws for a line that does not end", async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    await assert.rejects(decode(...Array.from({ length: 17 }, () => megabyte)), {
      name: "RangeError",
      message: "Cannot read watch event: its line has more than 16777216 bytes",
    });
  });
});
