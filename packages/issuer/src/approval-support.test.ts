import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type Client } from "@countersign/kube";
import {
  approvalSupportOf,
  isApprovalSafe,
  type OpenApiSchema,
  readApprovalSupport,
} from "./approval-support.ts";

/** A schema as the API server publishes it: every version of a kind has one. */
function schema(fields: readonly string[], version = "v1"): OpenApiSchema {
  const properties = Object.fromEntries(fields.map((name) => [name, {}]));
  return {
    properties: { spec: { properties } },
    "x-kubernetes-group-version-kind": [
      { group: "cert-manager.io", version, kind: "CertificateRequest" },
    ],
  };
}

const BEFORE = { "io.cert-manager.v1.CertificateRequest": schema(["issuerRef", "request"]) };
const SINCE = {
  "io.cert-manager.v1.CertificateRequest": schema(["issuerRef", "request", "username"]),
};

describe("approvalSupportOf()", () => {
  for (const [rule, schemas, expected] of [
    ["is unsupported where spec has no username", BEFORE, "unsupported"],
    ["is supported where spec has username", SINCE, "supported"],
    [
      "looks at version v1 alone",
      { "io.cert-manager.v1beta1.CertificateRequest": schema(["username"], "v1beta1"), ...BEFORE },
      "unsupported",
    ],
    ["is unknown where the kind is not served", {}, "unknown"],
    ["is unknown without any schemas", undefined, "unknown"],
    [
      "is unknown where the kind has no schema",
      { a: { ...schema([]), properties: {} } },
      "unknown",
    ],
  ] as const) {
    it(rule, () => assert.equal(approvalSupportOf(schemas), expected));
  }
});

describe("isApprovalSafe()", () => {
  function withConditions(fields: string[], listType?: string): Record<string, OpenApiSchema> {
    const conditions = listType === undefined ? {} : { "x-kubernetes-list-type": listType };
    const { properties, ...rest } = schema(fields);
    return {
      a: { ...rest, properties: { ...properties, status: { properties: { conditions } } } },
    };
  }
  for (const [rule, schemas, expected] of [
    ["is so where the conditions are a map", withConditions(["username"], "map"), true],
    ["is not so where they are one field, as before 1.8", withConditions(["username"]), false],
    ["is so where there is no approval to lose, as before 1.3", withConditions([]), true],
    ["is taken for so where the kind is not served", {}, true],
  ] as const) {
    it(rule, () => assert.equal(isApprovalSafe(schemas), expected));
  }
});

describe("readApprovalSupport()", () => {
  const V3 = "/openapi/v3/apis/cert-manager.io/v1";
  const V2 = "/openapi/v2";

  /** An API server that has these documents. */
  function serving(documents: Readonly<Record<string, unknown>>) {
    const asked: string[] = [];
    const client = {
      getPath: async (path: string) => {
        asked.push(path);
        if (path in documents) return documents[path];
        throw new ApiError({ method: "GET", path }, { status: 404, said: "not found" });
      },
    } as unknown as Client;
    return { client, asked };
  }

  it("reads the group's own document", async () => {
    const { client, asked } = serving({ [V3]: { components: { schemas: SINCE } } });
    assert.equal(await readApprovalSupport(client), "supported");
    assert.deepEqual(asked, [V3]);
  });

  it("reads the whole of OpenAPI v2 where there is no v3", async () => {
    const { client, asked } = serving({ [V2]: { definitions: BEFORE } });
    assert.equal(await readApprovalSupport(client), "unsupported");
    assert.deepEqual(asked, [V3, V2]);
  });

  it("is unknown where neither knows the kind", async () => {
    const { client } = serving({ [V2]: { definitions: {} } });
    assert.equal(await readApprovalSupport(client), "unknown");
  });

  it("rejects where the API server refuses to tell", async () => {
    const { client } = serving({});
    await assert.rejects(readApprovalSupport(client), { name: "ApiError", code: "NotFound" });
  });
});
