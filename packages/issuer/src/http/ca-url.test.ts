import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callUrl, parseCaUrl } from "./ca-url.ts";

describe("parseCaUrl()", () => {
  const rows: [text: string, message: string][] = [
    ["words", "The CA's URL is no URL: correct it"],
    ["ftp://ca.example.com/", "The CA's URL ftp://ca.example.com/ must begin with https://"],
    [
      "https://acme:secret@ca.example.com/v1?key=secret",
      "The CA's URL https://ca.example.com/v1 must hold no user name and no password: keep them in a Secret",
    ],
    [
      "https://ca.example.com/v1?key=secret",
      "The CA's URL https://ca.example.com/v1 must have no ? and no #",
    ],
  ];
  for (const [text, message] of rows) {
    test(`refuses ${text} without showing a secret of it`, () => {
      assert.throws(() => parseCaUrl(text), { code: "ERR_COUNTERSIGN_ISSUER", message });
    });
  }
});

describe("callUrl()", () => {
  const rows: [base: string, path: string, expected: string][] = [
    ["https://ca.example.com", "/sign", "https://ca.example.com/sign"],
    ["https://ca.example.com/", "/sign", "https://ca.example.com/sign"],
    ["https://ca.example.com/api/v1/", "/sign?x=1", "https://ca.example.com/api/v1/sign?x=1"],
    ["https://ca.example.com", "//evil.example.com/", "https://ca.example.com//evil.example.com/"],
  ];
  for (const [base, path, expected] of rows) {
    test(`calls ${path} of ${base}`, () => {
      assert.equal(callUrl(new URL(base), path).href, expected);
    });
  }

  for (const path of ["sign", "", "/../admin", "/orders/..%2f..", "@evil.example.com/"]) {
    const isInside = path === "/orders/..%2f..";
    test(`${isInside ? "takes" : "refuses"} the path ${path || "(none)"}`, () => {
      const call = (): URL => callUrl(new URL("https://ca.example.com/v1"), path);
      if (isInside) assert.equal(call().href, "https://ca.example.com/v1/orders/..%2f..");
      else assert.throws(call, TypeError);
    });
  }
});
