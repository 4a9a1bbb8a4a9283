import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodePem, encodePem, PEM_LIMITS } from "./pem.ts";
import { throwsX509Error } from "./testdata/throws-x509-error.ts";

const DER = Uint8Array.from({ length: 100 }, (_, i) => i);
const PEM = encodePem("CERTIFICATE", DER);

describe("encodePem()", () => {
  it("writes lines of 64 columns and a newline at the end", () => {
    assert.deepEqual(
      PEM.split("\n").map((line) => line.length),
      [27, 64, 64, 8, 25, 0],
    );
  });
});

describe("decodePem()", () => {
  it("reads what encodePem() writes", () => {
    assert.deepEqual(decodePem(PEM), [{ label: "CERTIFICATE", der: DER }]);
  });

  it("reads every block, whatever the line ends, and ignores text between blocks", () => {
    const text = `subject: a\r\n${PEM.replaceAll("\n", "\r\n")}between\n${encodePem("X", DER)}after`;
    assert.deepEqual(
      decodePem(text).map(({ label }) => label),
      ["CERTIFICATE", "X"],
    );
  });

  it("returns nothing for text without blocks", () => {
    assert.deepEqual(decodePem("nothing here"), []);
  });

  for (const [name, text] of [
    ["content that is not base64", PEM.replace("AAEC", "A!EC")],
    ["base64 without its padding", PEM.replace("Yw==", "Yw")],
    ["an empty block", "-----BEGIN X-----\n-----END X-----\n"],
    ["a block that is not closed", PEM.slice(0, 100)],
    ["a block closed by another label", PEM.replace("END CERTIFICATE", "END X")],
    ["a block inside a block", `-----BEGIN X-----\n${PEM}`],
    ["header lines", PEM.replace("-----\n", "-----\nComment: x\n\n")],
  ] as const) {
    it(`refuses ${name}, and does not go on to the next block`, () => {
      throwsX509Error(() => decodePem(text + PEM), { code: "ERR_X509_PEM" });
    });
  }

  it("says that a key is encrypted", () => {
    const text =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    throwsX509Error(() => decodePem(text), {
      code: "ERR_X509_ENCRYPTED_KEY",
      message: 'Cannot decode PEM: the "RSA PRIVATE KEY" block is encrypted, must be unencrypted',
    });
  });

  it("refuses more bytes than the limit", () => {
    throwsX509Error(() => decodePem("é".repeat(PEM_LIMITS.csr), { maxBytes: PEM_LIMITS.csr }), {
      code: "ERR_X509_TOO_LARGE",
      message: "Cannot decode PEM: input is 73000 bytes, must be at most 36500",
    });
  });
});
