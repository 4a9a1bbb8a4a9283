import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions, firstVersion } from "./version.ts";

test("firstVersion() reads what each program says of itself", () => {
  const said = {
    "etcd Version: 3.6.15\nGit SHA: Not provided\nGo Version: go1.26.8\n": [3, 6],
    "Kubernetes v1.36.3\n": [1, 36],
    "go1.26.8\n": [1, 26],
    "go1.27rc1\n": [1, 27],
  };
  for (const [text, version] of Object.entries(said)) {
    assert.deepEqual(firstVersion(text), version);
  }
  assert.equal(firstVersion("devel"), undefined);
});

test("compareVersions() compares numbers, not texts", () => {
  assert.ok(compareVersions([1, 9], [1, 30]) < 0);
  assert.ok(compareVersions([2, 0], [1, 30]) > 0);
  assert.equal(compareVersions([1, 30], [1, 30]), 0);
});
