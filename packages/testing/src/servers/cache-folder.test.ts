import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultCacheFolder } from "./cache-folder.ts";

test("defaultCacheFolder() heeds XDG_CACHE_HOME, and ignores a relative one", () => {
  const folderOf = (xdg?: string) => defaultCacheFolder({ XDG_CACHE_HOME: xdg, HOME: "/home/ada" });
  assert.equal(folderOf("/cache"), "/cache/countersign/servers");
  assert.equal(folderOf("cache"), "/home/ada/.cache/countersign/servers");
  assert.equal(folderOf(), "/home/ada/.cache/countersign/servers");
});
