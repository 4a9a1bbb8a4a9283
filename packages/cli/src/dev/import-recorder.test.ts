import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesOfProject, projectFolder } from "./import-recorder.ts";

describe("filesOfProject()", () => {
  it("keeps what lies in the folder and is not installed into it", () => {
    const files = [
      "/work/acme/src/issuer.ts",
      "/work/acme/node_modules/zod/index.js",
      "/work/acme/src/node_modules/x.js",
      "/work/acme-other/issuer.ts",
      "/work/lib.ts",
      "/work/acme/ca.ts",
    ];
    assert.deepEqual(filesOfProject(files, "/work/acme"), [
      "/work/acme/ca.ts",
      "/work/acme/src/issuer.ts",
    ]);
  });
});

describe("projectFolder()", () => {
  const folders =
    (...those: string[]) =>
    (folder: string) =>
      those.includes(folder);

  it("is the nearest folder with a package.json", () => {
    const has = folders("/work", "/work/acme");
    assert.equal(projectFolder("/work/acme/src/issuer.ts", has), "/work/acme");
  });

  it("is the file's own where there is no package.json", () => {
    assert.equal(projectFolder("/work/acme/src/issuer.ts", folders()), "/work/acme/src");
  });
});
