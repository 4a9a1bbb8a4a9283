import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTROLLER_RULES } from "./rules.ts";

test("CONTROLLER_RULES lets the approver approve for cert-manager's own issuers alone", () => {
  const approving = CONTROLLER_RULES.filter(({ verbs }) => verbs.includes("approve"));
  assert.deepEqual(
    approving.flatMap(({ resourceNames = ["everything"] }) => resourceNames),
    ["issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"],
  );
});

test("CONTROLLER_RULES names every resource and verb", () => {
  for (const { resources, verbs, apiGroups } of CONTROLLER_RULES) {
    assert.ok(![...resources, ...verbs, ...apiGroups].includes("*"));
  }
});
