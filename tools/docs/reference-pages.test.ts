import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modulesOf, referencePage } from "./reference-pages.ts";

const MANIFEST = {
  name: "@countersign/issuer",
  description: "Two functions.",
  exports: {
    ".": { "@countersign/source": "./src/index.ts", default: "./dist/index.js" },
    "./http": { "@countersign/source": "./src/http/index.ts" },
    "./package.json": "./package.json",
  },
};

const KUBE = {
  name: "@countersign/kube",
  description: "",
  exports: { ".": { "@countersign/source": "./src/index.ts" } },
};

describe("modulesOf()", () => {
  it("names what can be imported, and nothing else that is exported", () => {
    assert.deepEqual(modulesOf("issuer", MANIFEST), [
      {
        name: "@countersign/issuer",
        description: "Two functions.",
        entryPoint: "packages/issuer/src/index.ts",
        text: "issuer/src.md",
        page: "reference/issuer.md",
      },
      {
        name: "@countersign/issuer/http",
        description: "",
        entryPoint: "packages/issuer/src/http/index.ts",
        text: "issuer/src/http.md",
        page: "reference/issuer-http.md",
      },
    ]);
  });

  it("finds nothing in a package that offers a command alone", () => {
    assert.deepEqual(modulesOf("cli", { name: "countersign", description: "" }), []);
  });
});

describe("referencePage()", () => {
  const modules = [...modulesOf("issuer", MANIFEST), ...modulesOf("kube", KUBE)];
  const [issuer, http] = modules;

  it("names the module, and links to other modules' pages", () => {
    assert.ok(issuer);
    assert.equal(
      referencePage(issuer, "A [`Logger`](../kube/src.md#logger) and [here](#here).\n", modules),
      "# API of @countersign/issuer\n\nTwo functions.\n\nA [`Logger`](/reference/kube.md#logger) and [here](#here).\n",
    );
  });

  it("finds the way from a module inside a package", () => {
    assert.ok(http);
    assert.equal(
      referencePage(http, "[`Issued`](../src.md#issued)", modules),
      "# API of @countersign/issuer/http\n\n[`Issued`](/reference/issuer.md#issued)",
    );
  });
});
