import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePort, PORT_RANGE } from "./port.ts";

test("choosePort() goes on until a port is free", async () => {
  const random = [21_000, 21_001, 21_002].values();
  const port = await choosePort({
    random: () => random.next().value ?? 0,
    isFree: async (candidate) => candidate === 21_002,
  });
  assert.equal(port, 21_002);
});

test("choosePort() stays below the ports that Linux hands out by itself", async () => {
  const port = await choosePort({ random: (_first, last) => last, isFree: async () => true });
  assert.equal(port, PORT_RANGE.last);
  assert.ok(port < 32_768);
});

test("choosePort() gives up when nothing is free", async () => {
  await assert.rejects(choosePort({ random: (first) => first, isFree: async () => false }), {
    code: "ERR_NO_FREE_PORT",
    message: "Cannot choose a port: 50 tries from 20000 to 31999 were all in use, one must be free",
  });
});
