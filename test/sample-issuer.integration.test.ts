import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, runCommand } from "../tools/command.ts";

const SAMPLE = join(ROOT, "examples/sample-issuer");

// `npm create` writes them before anything is installed, so not from the project's issuer.ts.
test("the manifests of a new project are those that its issuer makes", async () => {
  const program = ["--conditions=@countersign/source", join(SAMPLE, "main.ts"), "manifests"];
  const image = ["--image", "ghcr.io/example/sample-issuer", "--install-version", "0.1.0"];
  const flags = ["--out", join(SAMPLE, "deploy"), ...image, "--check"];
  const { isOk, output } = await runCommand([process.execPath, ...program, ...flags]);
  assert.ok(isOk, output);
});
