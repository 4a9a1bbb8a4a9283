import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerProbe, type HealthCheck } from "./health-check.ts";

const good: HealthCheck = { name: "good", check: () => {} };
const bad: HealthCheck = {
  name: "bad",
  check: () => {
    throw new Error("it broke");
  },
};
const probes = { healthz: [good], readyz: [good, bad] };

describe("answerProbe()", () => {
  for (const [url, status, body] of [
    ["/healthz", 200, "ok"],
    ["/healthz/", 200, "ok"],
    ["/healthz?verbose", 200, "[+]good ok\nhealthz check passed\n"],
    ["/healthz/good", 200, "ok"],
    ["/readyz", 500, "[+]good ok\n[-]bad failed: reason withheld\nreadyz check failed\n"],
    ["/readyz/good", 200, "ok"],
    ["/readyz/bad", 500, "internal server error: it broke\n"],
    ["/readyz?exclude=bad", 200, "ok"],
    [
      "/readyz?exclude=bad&verbose=1",
      200,
      "[+]good ok\n[+]bad excluded: ok\nreadyz check passed\n",
    ],
    [
      "/healthz?exclude=x&verbose",
      200,
      '[+]good ok\nwarn: some health checks cannot be excluded: no matches for "x"\nhealthz check passed\n',
    ],
    ["/healthz/bad", 404, "404 page not found\n"],
    ["/readyz/bad/more", 404, "404 page not found\n"],
    ["/constructor", 404, "404 page not found\n"],
    ["/", 404, "404 page not found\n"],
  ] as const) {
    it(`answers ${url} as the API server does`, () => {
      assert.deepEqual(answerProbe(url, probes), { status, body });
    });
  }
});
