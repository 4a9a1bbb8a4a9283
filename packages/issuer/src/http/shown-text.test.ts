import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { secretsOf, shownText } from "./shown-text.ts";

describe("shownText()", () => {
  const rows: [what: string, text: string, expected: string][] = [
    ["keeps a sentence", "no such template", "no such template"],
    ["makes one line of many", "no\r\n  such\ttemplate\u0000\u001b[31m", "no such template [31m"],
    ["says that nothing was said", " \n", "(no text)"],
    ["cuts what is long", "é".repeat(400), `${"é".repeat(300)}… (cut)`],
    ["cuts between characters", `${"a".repeat(299)}😀😀`, `${"a".repeat(299)}😀… (cut)`],
    [
      "shows a page's title",
      "<!DOCTYPE html><title>Bad\n Gateway</title>",
      "(a page: Bad Gateway)",
    ],
    ["shows that it is a page", "<html><body>x</body></html>", "(a page: no title)"],
    ["hides a secret", "unknown token t0p-s3cret!", "unknown token (hidden)!"],
    ["hides the longer one whole", "Bearer t0p-s3cret", "(hidden)"],
  ];
  for (const [what, text, expected] of rows) {
    test(what, () => {
      const secrets = secretsOf({ authorization: "Bearer t0p-s3cret" });
      assert.equal(shownText(text, secrets), expected);
    });
  }

  test("hides the password of Basic credentials, encoded or not", () => {
    const credentials = Buffer.from("acme:pass:word").toString("base64");
    const secrets = secretsOf({ authorization: `Basic ${credentials}` });
    const shown = shownText(`acme said pass:word as ${credentials}`, secrets);
    assert.equal(shown, "acme said (hidden) as (hidden)");
  });

  test("hides what would be cut in two before it cuts", () => {
    const shown = shownText(`${"a".repeat(295)}t0p-s3cret`, ["t0p-s3cret"]);
    assert.ok(!shown.includes("t0p"), shown);
  });
});
