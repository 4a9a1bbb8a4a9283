import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { timesByOwner } from "./cpu-profile.ts";

const FRAMES = [
  ["(root)", ""],
  ["(idle)", ""],
  ["(program)", ""],
  ["reconcile", "file:///app/node_modules/@countersign/issuer/../../../packages/issuer/dist/a.js"],
  ["parse", "file:///app/node_modules/undici/lib/client.js"],
  ["signOneShot", "node:internal/crypto/sig"],
  ["join", ""],
] as const;

describe("timesByOwner()", () => {
  it("adds up what each owner's frames took, the most first, and leaves out waiting", () => {
    const nodes = FRAMES.map(([functionName, url], id) => ({
      id,
      callFrame: { functionName, url },
    }));
    const samples = [1, 2, 3, 4, 3, 5, 6, 1];
    const timeDeltas = [0, 9_000, 1_000, 2_000, 4_000, 3_000, 5_000, 500];
    assert.deepEqual(
      [...timesByOwner({ nodes, samples, timeDeltas })],
      [
        ["issuer", 5],
        ["node:crypto", 5],
        ["undici", 4],
        ["native code: system calls, TLS records", 1],
        ["V8's built-ins", 0.5],
      ],
    );
  });
});
