import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseObjects } from "./read-objects.ts";

const from = { path: "o.yaml", what: "object" };
const names = (text: string): string[] =>
  parseObjects(text, from).map((each) => each.metadata.name);

const ONE = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n";
const TWO = "apiVersion: v1\nkind: Secret\nmetadata: { name: b }\n";

describe("parseObjects()", () => {
  it("reads YAML documents, JSON, and the items of a List", () => {
    assert.deepEqual(names(`---\n${ONE}---\n${TWO}---\n`), ["a", "b"]);
    const json = { apiVersion: "v1", kind: "Secret", metadata: { name: "c" } };
    assert.deepEqual(names(JSON.stringify(json)), ["c"]);
    assert.deepEqual(names(JSON.stringify({ kind: "List", items: [json, json] })), ["c", "c"]);
  });

  const REFUSED: readonly [name: string, text: string, says: string][] = [
    ["holds nothing", "", "it holds no object, must hold a Kubernetes object"],
    ["is a text", "hello", "document 1 is no Kubernetes object"],
    ["has a document without a name", `${ONE}---\nkind: Secret\n`, "document 2 is no Kubernetes"],
    ["is broken", `${ONE}data: {{ "s3cret"`, "line 4 is neither YAML nor JSON"],
  ];
  for (const [name, text, says] of REFUSED) {
    it(`refuses a file that ${name}, and quotes nothing of it`, () => {
      assert.throws(
        () => parseObjects(text, from),
        (error: Error) => {
          assert.ok(error.message.startsWith(`Cannot read object o.yaml: ${says}`), error.message);
          assert.ok(!error.message.includes("s3cret"));
          return true;
        },
      );
    });
  }
});
