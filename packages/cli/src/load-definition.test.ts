import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineIssuer } from "@countersign/issuer";
import * as z from "zod";
import { CliError } from "./cli-error.ts";
import { definitionsIn } from "./load-definition.ts";

const acme = defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer" },
  spec: z.object({}),
  async check() {},
  async sign() {
    return { certificate: "" };
  },
});

const NONE = "its default export is no issuer definition, must be what defineIssuer() returns";

describe("definitionsIn()", () => {
  it("takes a default export that is a definition, or a list of them", () => {
    assert.deepEqual(definitionsIn("issuer.ts", { default: acme }), [acme]);
    assert.deepEqual(definitionsIn("issuer.ts", { default: [acme, acme] }), [acme, acme]);
  });

  const REFUSED: readonly [name: string, module: { default?: unknown }, says: string][] = [
    [
      "there is none",
      {},
      "it has no default export, must have: export default defineIssuer({ … })",
    ],
    ["it is a function", { default: () => acme }, NONE],
    ["it is an empty list", { default: [] }, NONE],
    ["one of the list is none", { default: [acme, {}] }, NONE],
    ["it has no sign()", { default: { ...acme, sign: undefined } }, NONE],
    ["it is null", { default: null }, NONE],
  ];
  for (const [name, module, says] of REFUSED) {
    it(`refuses a default export when ${name}`, () => {
      assert.throws(
        () => definitionsIn("issuer.ts", module),
        (error) =>
          error instanceof CliError &&
          error.code === "ERR_CLI_USAGE" &&
          error.message.startsWith(`Cannot load definition issuer.ts: ${says}`),
      );
    });
  }
});
