import assert from "node:assert/strict";
import { it } from "node:test";
import { referencePage } from "./reference-pages.ts";

it("referencePage() names the package, and links to another package's page", () => {
  const manifest = { name: "@countersign/issuer", description: "Two functions." };
  assert.equal(
    referencePage(manifest, "A [`Logger`](../../kube/src.md#logger) and [here](#here).\n"),
    "# API of @countersign/issuer\n\nTwo functions.\n\nA [`Logger`](/reference/kube.md#logger) and [here](#here).\n",
  );
});
