import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sumOf } from "./exposition.ts";

const TEXT = `# HELP nodejs_active_resources Number of active resources
nodejs_active_resources{type="TTYWrap"} 2
nodejs_active_resources{type="Timeout"} 3
nodejs_active_resources_total 5
process_resident_memory_bytes 1.5e+8
`;

describe("sumOf()", () => {
  const rows: [name: string, value: number | undefined][] = [
    ["nodejs_active_resources", 5],
    ["process_resident_memory_bytes", 150_000_000],
    ["process_open_fds", undefined],
  ];
  for (const [name, value] of rows) {
    it(`of ${name} is ${value}`, () => assert.equal(sumOf(TEXT, name), value));
  }
});
