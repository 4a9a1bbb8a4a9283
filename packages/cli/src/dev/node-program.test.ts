import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { importFlags, programEnv } from "./node-program.ts";

describe("importFlags()", () => {
  it("passes on which files an import means, and nothing else", () => {
    const flags = [
      "--conditions=@countersign/source",
      "--inspect=127.0.0.1:9229",
      "-C",
      "development",
      "--import",
      "./preload.js",
      "--test",
    ];
    assert.deepEqual(importFlags(flags), ["--conditions=@countersign/source", "-C", "development"]);
  });
});

describe("programEnv()", () => {
  it("passes on everything but what is meant for this process", () => {
    const env = {
      HOME: "/root",
      NODE_OPTIONS: "--inspect",
      NODE_TEST_CONTEXT: "child",
      X: undefined,
    };
    assert.deepEqual(programEnv(env), { HOME: "/root" });
  });
});
