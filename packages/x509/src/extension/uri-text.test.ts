import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isReadableUri } from "./uri-text.ts";

// What crypto/x509 of Go 1.26 says of each, except where noted.
describe("isReadableUri() takes", () => {
  for (const text of [
    "spiffe://cluster.local/ns/a/sa/b",
    "https://user:pass@example.com:8443/x?y=1#z",
    "https://[2001:db8::1]:443/",
    "http://10.0.0.1",
    "postgres://a:1,b:2/db",
    "urn:example:a%zz",
    "mailto:a@b",
    "file:///etc",
    "/path only",
    "a/b:c",
    "//host",
    "///",
    "*",
    "",
    "http://a/b c",
    "http://a?%zz",
  ]) {
    it(JSON.stringify(text), () => assert.ok(isReadableUri(text)));
  }
});

describe("isReadableUri() refuses", () => {
  for (const text of [
    ":a",
    "1a:b",
    "a b:c",
    "http://a:b",
    "http://a:1:2",
    "http://[::1",
    "http://[10.0.0.1]",
    "http://a[::1]",
    "https://-a_b..c/",
    "http://a.",
    "http://.a",
    "http://a b",
    "http://a%41",
    "http://a%",
    "http://a\\b",
    "http://a/%zz",
    "http://a#%zz",
    "a\n",
    // Go takes these two.
    "http://[fe80::1%25en0]",
    "http://a%25",
  ]) {
    it(JSON.stringify(text), () => assert.ok(!isReadableUri(text)));
  }
});
