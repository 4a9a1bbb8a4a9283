import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { ROOT } from "../tools/command.ts";

const SOURCES = "packages/cli/src/{finding.ts,explain/*.ts,doctor/*.ts}";

/** A code is written where its finding is made: as the field, or as the first of two arguments. */
const CODE = /(?:code: |slow\(\s*)"([a-z]+(?:-[a-z]+)+)"/g;

const DOCUMENTED = /^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm;

it("docs/cli.md lists every code of a finding, and no other", () => {
  const files = globSync(SOURCES, { cwd: ROOT }).filter((file) => !file.includes(".test."));
  const codes = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    return [...text.matchAll(CODE)].map(([, code]) => code);
  });
  const [, findings = ""] = readFileSync(join(ROOT, "docs/cli.md"), "utf8").split(
    "## What is found",
  );
  const listed = [...findings.matchAll(DOCUMENTED)].flatMap(([, cell = ""]) =>
    cell.split(", ").map((code) => code.slice(1, -1)),
  );
  assert.ok(codes.length > 60, `${codes.length} codes found in the sources`);
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(codes)].sort());
});
