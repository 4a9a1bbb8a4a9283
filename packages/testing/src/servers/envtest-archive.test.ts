import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chooseArchive } from "./envtest-archive.ts";

const LINUX = { os: "linux", arch: "amd64" };

/** An index in the form of controller-tools' envtest-releases.yaml. */
function indexOf(...versions: string[]): unknown {
  const releases = versions.map((version) => {
    const file = `envtest-${version}-linux-amd64.tar.gz`;
    return [version, { [file]: { hash: "abc", selfLink: `https://example.test/${file}` } }];
  });
  return { releases: Object.fromEntries(releases) };
}

describe("chooseArchive()", () => {
  test("takes the newest that is not newer than what Go would build", () => {
    const index = indexOf("v1.9.0", "v1.36.0", "v1.36.2", "v1.35.10", "v1.37.0");
    assert.deepEqual(chooseArchive(index, LINUX), {
      version: "v1.36.2",
      url: "https://example.test/envtest-v1.36.2-linux-amd64.tar.gz",
      hash: "abc",
    });
  });

  test("compares patch versions as numbers", () => {
    assert.equal(chooseArchive(indexOf("v1.35.9", "v1.35.10"), LINUX)?.version, "v1.35.10");
  });

  test("leaves out pre-releases and versions that are too old", () => {
    assert.equal(chooseArchive(indexOf("v1.36.0-rc.1", "v1.29.4"), LINUX), undefined);
  });

  test("has nothing for a platform that is not listed, nor in an index that is no index", () => {
    assert.equal(chooseArchive(indexOf("v1.36.0"), { os: "plan9", arch: "mips" }), undefined);
    assert.equal(chooseArchive(null, LINUX), undefined);
    assert.equal(chooseArchive({}, LINUX), undefined);
  });
});
