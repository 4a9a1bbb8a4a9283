import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decideRedirect } from "./redirect.ts";

const URL_OF_CALL = new URL("https://ca.example.com/sign?key=secret");

describe("decideRedirect()", () => {
  const follows: [method: string, status: number, location: string, keepsBody: boolean][] = [
    ["GET", 301, "/v2/sign", true],
    ["GET", 302, "https://ca.example.com/v2/sign", true],
    ["POST", 303, "/v2/sign", false],
    ["POST", 307, "/v2/sign", true],
    ["POST", 308, "/v2/sign", true],
  ];
  for (const [method, status, location, keepsBody] of follows) {
    test(`follows a ${method}'s ${status} within the origin`, () => {
      const decision = decideRedirect({ url: URL_OF_CALL, method, count: 0 }, { status, location });
      const url = new URL("https://ca.example.com/v2/sign");
      assert.deepEqual(decision, { do: "follow", url, keepsBody });
    });
  }

  const refusals: [method: string, status: number, location: string | undefined, why: string][] = [
    [
      "GET",
      302,
      "https://evil.example.com/sign?key=secret",
      "The CA at https://ca.example.com/sign answered 302, a redirect to https://evil.example.com: it is not followed there, set the issuer's URL to what it must be.",
    ],
    [
      "POST",
      308,
      "http://ca.example.com/sign",
      "The CA at https://ca.example.com/sign answered 308, a redirect to http://ca.example.com: it is not followed there, set the issuer's URL to what it must be.",
    ],
    [
      "POST",
      302,
      "/v2/sign",
      "The CA at https://ca.example.com/sign answered 302, a redirect of a POST to https://ca.example.com/v2/sign: set the issuer's URL so that it needs none.",
    ],
    [
      "GET",
      302,
      undefined,
      "The CA at https://ca.example.com/sign answered 302, a redirect without an address: see to the issuer's URL.",
    ],
  ];
  for (const [method, status, location, message] of refusals) {
    test(`refuses a ${method}'s ${status} to ${location}`, () => {
      const decision = decideRedirect({ url: URL_OF_CALL, method, count: 0 }, { status, location });
      assert.deepEqual(decision, { do: "refuse", message });
    });
  }

  test("refuses the fourth of a row", () => {
    const call = { url: URL_OF_CALL, method: "GET", count: 3 };
    assert.deepEqual(decideRedirect(call, { status: 302, location: "/again" }), {
      do: "refuse",
      message:
        "The CA at https://ca.example.com/sign answered 302, a redirect after 3 others: see to the issuer's URL.",
    });
  });
});
