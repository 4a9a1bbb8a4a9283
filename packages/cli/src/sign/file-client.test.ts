import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineResource, type KubeObject } from "@countersign/kube";
import { createFileClient } from "./file-client.ts";

const secrets = defineResource<KubeObject & { data?: Record<string, string> }>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
});

function secret(metadata: { name: string; namespace?: string }, fields: object): KubeObject {
  return Object.assign({ apiVersion: "v1", kind: "Secret", metadata }, fields);
}

describe("createFileClient()", () => {
  it("gives an object of its namespace; one that names none is in default", async () => {
    const client = createFileClient([
      secret({ name: "a", namespace: "team" }, { data: { at: "dGVhbQ==" } }),
      secret({ name: "a" }, { data: { at: "ZGVmYXVsdA==" } }),
    ]);
    const inTeam = await client.get(secrets, { namespace: "team", name: "a" });
    assert.deepEqual(inTeam.data, { at: "dGVhbQ==" });
    const inDefault = await client.get(secrets, { namespace: "default", name: "a" });
    assert.deepEqual(inDefault.data, { at: "ZGVmYXVsdA==" });
  });

  it("puts stringData into data, as the API server does", async () => {
    const client = createFileClient([
      secret({ name: "a" }, { data: { a: "QQ==", b: "Qg==" }, stringData: { a: "new" } }),
    ]);
    const { data } = await client.get(secrets, { namespace: "default", name: "a" });
    assert.deepEqual(data, { a: "bmV3", b: "Qg==" });
  });

  it("says how to give an object that is missing", async () => {
    const client = createFileClient([]);
    await assert.rejects(client.get(secrets, { namespace: "default", name: "a" }), {
      code: "ERR_CLI_FAILED",
      message: "Secret default/a is in none of the files: give it with --object <file>",
    });
  });
});
