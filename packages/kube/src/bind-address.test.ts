import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatBindAddress, parseBindAddress } from "./bind-address.ts";

describe("parseBindAddress()", () => {
  for (const [text, address] of [
    [":8081", { port: 8081 }],
    ["127.0.0.1:8081", { host: "127.0.0.1", port: 8081 }],
    ["localhost:0", { host: "localhost", port: 0 }],
    ["[::1]:8081", { host: "::1", port: 8081 }],
    ["0", undefined],
    ["", undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)}, and formatBindAddress() writes it`, () => {
      assert.deepEqual(parseBindAddress(text), address);
      if (address !== undefined) assert.equal(formatBindAddress(address), text);
    });
  }

  for (const text of ["8081", "::1:8081", "127.0.0.1:", ":http", ":65536", "http://x:1"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseBindAddress(text), {
        name: "SyntaxError",
        message: `Cannot parse address "${text}": must be such as :8081 or 127.0.0.1:8081, or 0 for none`,
      });
    });
  }
});
