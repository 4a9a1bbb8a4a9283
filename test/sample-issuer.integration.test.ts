import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { ROOT } from "../tools/command.ts";
import { printedManifests } from "./cluster/printed-manifests.ts";

const SAMPLE = "examples/sample-issuer";

// `npm create` writes the manifests before anything is installed, so not from the project's issuer.ts.
test("the manifests of a new project are those that its issuer prints", async () => {
  const printed = await printedManifests(`${SAMPLE}/main.ts`, ["--leader-elect"]);
  const text = await readFile(join(ROOT, SAMPLE, "deploy/manifests.yaml"), "utf8");
  const written = parseAllDocuments(text).map((document) => document.toJS());
  assert.deepEqual(written, printed);
});
