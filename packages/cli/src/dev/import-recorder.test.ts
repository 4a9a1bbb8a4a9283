import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesOfProject, projectFolder } from "./import-recorder.ts";

describe("filesOfProject()", () => {
  it("keeps what lies in the folder and is not installed into it", () => {
    const files = [
      "/projects/acme/src/issuer.ts",
      "/projects/acme/node_modules/zod/index.js",
      "/projects/acme/src/node_modules/x.js",
      "/projects/acme-other/issuer.ts",
      "/projects/lib.ts",
      "/projects/acme/ca.ts",
    ];
    assert.deepEqual(filesOfProject(files, "/projects/acme"), [
      "/projects/acme/ca.ts",
      "/projects/acme/src/issuer.ts",
    ]);
  });
});

describe("projectFolder()", () => {
  const folders =
    (...those: string[]) =>
    (folder: string) =>
      those.includes(folder);

  it("is the nearest folder with a package.json", () => {
    const has = folders("/projects", "/projects/acme");
    assert.equal(projectFolder("/projects/acme/src/issuer.ts", has), "/projects/acme");
  });

  it("is the file's own where there is no package.json", () => {
    assert.equal(projectFolder("/projects/acme/src/issuer.ts", folders()), "/projects/acme/src");
  });
});
