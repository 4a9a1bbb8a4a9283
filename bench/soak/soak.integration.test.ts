import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "../../tools/command.ts";

const NODE = [process.execPath, "--conditions=@countersign/source", "bench/soak/main.ts"];

test("a soak of seconds passes, with a fault in it", { timeout: 180_000 }, async () => {
  const { isOk, output } = await runCommand([...NODE, "--seconds=9", "--seed=3"]);
  assert.ok(isOk, output);
  assert.match(output, /^fault: tooManyRequests/m);
  assert.match(output, /✔ {2}requests lost +0/);
  assert.match(output, /✔ {2}requests approved +[1-9]\d/);
});
