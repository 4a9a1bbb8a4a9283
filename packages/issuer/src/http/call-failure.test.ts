import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AddressError } from "./address-guard.ts";
import { errorOfFailure } from "./call-failure.ts";

const URL_OF_CALL = "https://ca.example.com/sign";

function failed(code: string, message = "what Node says"): Error {
  return Object.assign(new Error(message), { code });
}

describe("errorOfFailure()", () => {
  const rows: [what: string, cause: unknown, code: string, arrived: unknown, message: string][] = [
    [
      "a refused connection as one that may be tried again",
      failed("ECONNREFUSED"),
      "ERR_COUNTERSIGN_CA",
      false,
      "The CA at https://ca.example.com/sign cannot be reached: the connection was refused (ECONNREFUSED)",
    ],
    [
      "a name that does not exist as the issuer's fault",
      failed("ENOTFOUND"),
      "ERR_COUNTERSIGN_ISSUER",
      undefined,
      "The CA at https://ca.example.com/sign cannot be reached: its name does not exist (ENOTFOUND)",
    ],
    [
      "an address that is not allowed as the issuer's fault",
      new AddressError("127.0.0.1 is the controller's own host"),
      "ERR_COUNTERSIGN_ISSUER",
      undefined,
      "The CA at https://ca.example.com/sign cannot be reached: its address is not allowed: 127.0.0.1 is the controller's own host",
    ],
    [
      "an untrusted server as the issuer's fault, without Node's advice",
      failed(
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "unable to verify the first certificate; if the root CA is installed locally, try …",
      ),
      "ERR_COUNTERSIGN_ISSUER",
      undefined,
      "The CA at https://ca.example.com/sign cannot be reached: no trusted TLS connection: unable to verify the first certificate",
    ],
    [
      "a failed handshake by OpenSSL's reason, without its files",
      Object.assign(failed("ERR_SSL_WRONG_VERSION_NUMBER", "00A0:error:0A00:ssl/record.c:1:"), {
        reason: "wrong version number",
      }),
      "ERR_COUNTERSIGN_ISSUER",
      undefined,
      "The CA at https://ca.example.com/sign cannot be reached: no trusted TLS connection: wrong version number",
    ],
    [
      "a call whose answer is late as one that may have arrived",
      failed("UND_ERR_HEADERS_TIMEOUT"),
      "ERR_COUNTERSIGN_CA",
      true,
      "The CA at https://ca.example.com/sign did not answer: no answer came in time (UND_ERR_HEADERS_TIMEOUT). It may have got the call.",
    ],
    [
      "a failure that it does not know as one that may have arrived",
      new Error("surprise"),
      "ERR_COUNTERSIGN_CA",
      true,
      "The CA at https://ca.example.com/sign did not answer: the call failed (Error). It may have got the call.",
    ],
    [
      "the code of an inner error where the outer has none",
      new Error("outer", { cause: failed("ECONNRESET") }),
      "ERR_COUNTERSIGN_CA",
      true,
      "The CA at https://ca.example.com/sign did not answer: the connection was reset (ECONNRESET). It may have got the call.",
    ],
  ];
  for (const [what, cause, code, arrived, message] of rows) {
    test(`tells ${what}`, () => {
      const error = errorOfFailure({ url: URL_OF_CALL, method: "POST" }, cause);
      const { code: actual, mayHaveArrived } = error as Error & Record<string, unknown>;
      assert.deepEqual([actual, mayHaveArrived, error.message], [code, arrived, message]);
    });
  }

  test("says nothing of a GET that may have arrived: it does nothing there", () => {
    const error = errorOfFailure({ url: URL_OF_CALL, method: "GET" }, failed("ECONNRESET"));
    assert.equal(
      error.message,
      "The CA at https://ca.example.com/sign did not answer: the connection was reset (ECONNRESET)",
    );
  });
});
