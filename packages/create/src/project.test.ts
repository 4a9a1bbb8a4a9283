import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkProject, draftOf, type ProjectDraft } from "./project.ts";

const GOOD: ProjectDraft = {
  name: "acme-issuer",
  template: "http",
  group: "acme.example.com",
  version: "v1alpha1",
  issuer: "AcmeIssuer",
  clusterIssuer: "AcmeClusterIssuer",
  fields: ["profile:string", "retries:integer?"],
};

describe("checkProject()", () => {
  test("reads what is good, and draftOf() writes it again", () => {
    const project = checkProject(GOOD);
    assert.deepEqual(project.fields, [
      { name: "profile", type: "string", isOptional: false },
      { name: "retries", type: "integer", isOptional: true },
    ]);
    assert.deepEqual(draftOf(project), GOOD);
  });

  test("takes one kind alone", () => {
    const { kinds } = checkProject({ ...GOOD, issuer: undefined });
    assert.deepEqual(kinds, { clusterIssuer: "AcmeClusterIssuer" });
  });

  const rows: [what: string, wrong: Partial<ProjectDraft>, message: string][] = [
    [
      "no kind",
      { issuer: undefined, clusterIssuer: undefined },
      "there is no kind: name one with --issuer or --cluster-issuer",
    ],
    [
      "kinds that differ in case alone",
      { issuer: "AcmeIssuer", clusterIssuer: "AcmeISSUER" },
      "the kinds are both AcmeIssuer: the cluster issuer must be called otherwise, such as AcmeClusterIssuer",
    ],
    [
      "an unknown template",
      { template: "grpc" },
      'the template is "grpc", must be http or minimal',
    ],
    [
      "a field without a type",
      { fields: ["profile"] },
      'the field is "profile", must be name:type or name:type?, with a name in camelCase and one of string, url, integer, boolean, strings',
    ],
    [
      "a field of an unknown type",
      { fields: ["profile:toString"] },
      'the field is "profile:toString", must be name:type or name:type?, with a name in camelCase and one of string, url, integer, boolean, strings',
    ],
    [
      "a field that every template has",
      { fields: ["url:string"] },
      "the field url is there already or reserved: choose another name",
    ],
    [
      "a reserved word",
      { fields: ["constructor:string"] },
      "the field constructor is there already or reserved: choose another name",
    ],
    [
      "a field that is there twice",
      { fields: ["profile:string", "profile:url"] },
      "the field profile is there twice",
    ],
  ];
  for (const [what, wrong, message] of rows) {
    test(`refuses ${what}`, () => {
      assert.throws(() => checkProject({ ...GOOD, ...wrong }), {
        code: "ERR_CREATE_USAGE",
        message: `Cannot create the project: ${message}`,
      });
    });
  }
});
