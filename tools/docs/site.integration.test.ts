import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type CommandResult, ROOT, runCommand } from "../command.ts";

/** A cold install of the tools is among it. */
const BUILD_TIMEOUT_MS = 600_000;

const DIST = join(ROOT, "docs/.site/dist");

async function page(path: string): Promise<string> {
  return readFile(join(DIST, path), "utf8");
}

describe("npm run docs", () => {
  let built: CommandResult;

  before(
    async () => {
      const script = join(ROOT, "tools/docs.ts");
      built = await runCommand([process.execPath, "--conditions=@countersign/source", script]);
    },
    { timeout: BUILD_TIMEOUT_MS },
  );

  it("builds the site: names documented, links alive, nothing loaded from elsewhere", () =>
    assert.ok(built.isOk, built.output));

  it("makes the reference from the doc comments", async () => {
    const issuer = await page("reference/issuer.html");
    assert.match(issuer, /id="defineissuer"/);
    assert.match(issuer, /Declares an issuer type\./);
  });

  it("draws the diagrams into the pages", async () => {
    const states = await page("concepts/states.html");
    assert.match(states, /<figure class="diagram"><svg role="img"/);
    assert.doesNotMatch(states, /stateDiagram/);
  });

  it("shows the files that pages link to", async () => {
    assert.match(await page("errors.html"), /href="\/source\/[^"]+\.test\.ts\.html"/);
    assert.match(await page("source/packages/issuer/src/messages.test.ts.html"), /<pre><span>/);
  });
});
