import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CaAnswer } from "./ca-answer.ts";
import { errorOfAnswer } from "./refused-answer.ts";

const url = "https://ca.example.com/sign";

function errorOf(status: number, said: string, headers = {}): unknown {
  const answer = new CaAnswer(url, { status, headers, bytes: Buffer.from(said) });
  return errorOfAnswer({ url, hasBody: true, own: undefined, secrets: ["t0p-s3cret"] }, answer);
}

describe("errorOfAnswer()", () => {
  test("leaves a success to the caller", () => {
    assert.equal(errorOf(200, "pem"), undefined);
  });

  test("throws what the CA says, by whose fault it is", () => {
    const rows: [status: number, said: string, code: string, message: string][] = [
      [
        422,
        "no such template",
        "ERR_COUNTERSIGN_PERMANENT",
        "The CA at https://ca.example.com/sign answered 422: no such template",
      ],
      [
        401,
        "t0p-s3cret is unknown.",
        "ERR_COUNTERSIGN_ISSUER",
        "The CA at https://ca.example.com/sign answered 401: (hidden) is unknown. See to the issuer's credentials, and to what the CA lets them do.",
      ],
      [
        404,
        "",
        "ERR_COUNTERSIGN_ISSUER",
        "The CA at https://ca.example.com/sign answered 404: (no text). See to the issuer's URL.",
      ],
    ];
    for (const [status, said, code, message] of rows) {
      const error = errorOf(status, said) as Error & { code: string };
      assert.deepEqual([error.code, error.message], [code, message]);
    }
  });

  test("keeps status and Retry-After of what may be tried again", () => {
    const date = "Wed, 02 Jan 2030 03:04:05 GMT";
    const error = errorOf(429, "slow", { date, "retry-after": "Wed, 02 Jan 2030 03:04:35 GMT" });
    const { code, status, retryAfterMs } = error as Record<string, unknown>;
    assert.deepEqual([code, status, retryAfterMs], ["ERR_COUNTERSIGN_CA", 429, 30_000]);
  });
});
