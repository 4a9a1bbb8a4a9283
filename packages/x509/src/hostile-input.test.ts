// Inputs made to cost time or memory, at the largest size a webhook lets through and beyond it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCertificate } from "./certificate/certificate.ts";
import { parseCsr } from "./csr/csr.ts";
import { encodeBitString } from "./der/bit-string.ts";
import { DerReader } from "./der/der-reader.ts";
import { encodeSequence, encodeSetOf, encodeTlv } from "./der/encode-tlv.ts";
import { encodeInteger } from "./der/integer.ts";
import { NULL_DER } from "./der/null.ts";
import { encodeOid, readOid } from "./der/object-identifier.ts";
import { readGeneralNames } from "./extension/general-name.ts";
import { encodePem } from "./pem.ts";
import { altNames, csrFromParts, generalName } from "./testdata/csr-parts.ts";
import { newSigner } from "./testdata/fixtures.ts";
import { throwsX509Error } from "./testdata/throws-x509-error.ts";

const SIZE = 27_000;
const signer = newSigner();

function nested(depth: number): Uint8Array {
  let der = new Uint8Array();
  for (let i = 0; i < depth; i++) der = new Uint8Array(encodeSequence(der));
  return der;
}

function repeated(count: number, part: Uint8Array): Uint8Array[] {
  return Array.from({ length: count }, () => part);
}

/** Far more than any of these takes, far less than work that grows with the square. */
const BOUND_MS = 250;

function takesLittle(action: () => unknown): void {
  const start = performance.now();
  action();
  const took = performance.now() - start;
  assert.ok(took < BOUND_MS, `took ${took.toFixed(0)} ms`);
}

describe("an object identifier", () => {
  it("of one huge arc is refused before it is decoded", () => {
    const content = new Uint8Array(330_000).fill(0xff);
    content[content.length - 1] = 0x7f;
    takesLittle(() =>
      throwsX509Error(() => readOid(new DerReader(encodeTlv(0x06, content), "test"), "OID"), {
        code: "ERR_X509_DER",
        message: "Cannot parse test: OID is an OID of 330000 bytes, must be 1 to 128",
      }),
    );
  });

  it("of many arcs is refused too", () => {
    const der = encodeTlv(0x06, new Uint8Array(SIZE).fill(1));
    throwsX509Error(() => readOid(new DerReader(der, "test"), "OID"), { code: "ERR_X509_DER" });
  });
});

describe("a CSR", () => {
  it("nested thousands deep is refused at the first level that is not the grammar's", () => {
    takesLittle(() => throwsX509Error(() => parseCsr(nested(8_000)), { code: "ERR_X509_DER" }));
    takesLittle(() =>
      throwsX509Error(() => parseCertificate(nested(8_000)), { code: "ERR_X509_DER" }),
    );
  });

  it("with nesting in an opaque name carries it, unread", async () => {
    const otherName = encodeTlv(0xa0, encodeOid("1.2.3"), encodeTlv(0xa0, nested(5_000)));
    const der = await csrFromParts({ signer, extensions: [altNames(otherName)] });
    takesLittle(() => assert.equal(parseCsr(der).subjectAltNames[0]?.kind, "otherName"));
  });

  for (const [name, subjectDer] of [
    ["one name of many attributes", encodeSequence(encodeSetOf(...repeated(2_000, attribute())))],
    ["many names", encodeSequence(...repeated(2_000, encodeSetOf(attribute())))],
    [
      "one attribute of 27,000 characters to escape",
      encodeSequence(
        encodeSetOf(encodeSequence(encodeOid("2.5.4.3"), encodeTlv(0x0c, new Uint8Array(SIZE)))),
      ),
    ],
  ] as const) {
    it(`whose subject is ${name} is read in linear time`, async () => {
      const der = await csrFromParts({ signer, subjectDer });
      takesLittle(() => parseCsr(der));
    });
  }

  it("with thousands of alternative names is read in linear time", async () => {
    const names = repeated(9_000, generalName(2, "a"));
    const der = await csrFromParts({ signer, extensions: [altNames(...names)] });
    takesLittle(() => assert.equal(parseCsr(der).subjectAltNames.length, 9_000));
  });

  it("with more than 200 extensions is refused", async () => {
    const extensions = Array.from({ length: 201 }, (_, i) => ({
      oid: `1.2.3.${i}`,
      critical: false,
      valueDer: NULL_DER,
    }));
    const der = await csrFromParts({ signer, extensions });
    throwsX509Error(() => parseCsr(der), {
      code: "ERR_X509_DER",
      message: "Cannot parse CSR: extensions are more than 200, must be fewer",
    });
  });

  it("with a 16,000-bit RSA exponent is refused before OpenSSL sees it", async () => {
    const key = encodeSequence(
      encodeInteger(new Uint8Array(256).fill(0xff)),
      encodeInteger(new Uint8Array(2_000).fill(0xff)),
    );
    const publicKeyDer = encodeSequence(
      encodeSequence(encodeOid("1.2.840.113549.1.1.1"), NULL_DER),
      encodeBitString(key),
    );
    const der = await csrFromParts({ signer, publicKeyDer });
    takesLittle(() => throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER" }));
  });

  it("cut short anywhere is refused with a code, never another error", async () => {
    const der = await csrFromParts({ signer, extensions: [altNames(generalName(2, "a"))] });
    for (let length = 0; length < der.length; length++) {
      throwsX509Error(() => parseCsr(der.subarray(0, length)), { code: "ERR_X509_DER" });
    }
  });

  it("with any one bit flipped is read or refused with a code, never another error", async () => {
    const der = await csrFromParts({ signer, extensions: [altNames(generalName(2, "a"))] });
    for (let bit = 0; bit < der.length * 8; bit++) {
      const damaged = der.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      try {
        parseCsr(damaged);
      } catch (error) {
        assert.ok(error instanceof Error && error.name === "X509Error", `bit ${bit}: ${error}`);
      }
    }
  });
});

describe("PEM text", () => {
  it("of many lines is read in linear time", () => {
    takesLittle(() =>
      throwsX509Error(() => parseCsr("\n".repeat(36_000)), { code: "ERR_X509_PEM" }),
    );
    takesLittle(() =>
      throwsX509Error(() => parseCsr("-----BEGIN X-----\n".repeat(2_000)), {
        code: "ERR_X509_PEM",
      }),
    );
  });

  it("shows no more than 40 characters of a label", () => {
    throwsX509Error(() => parseCsr(encodePem("x".repeat(1_000), NULL_DER)), {
      code: "ERR_X509_PEM",
      message: /PEM block is "x{40}…", must be/,
    });
  });
});

describe("addresses with many zero groups", () => {
  it("are shown in linear time", () => {
    const names = encodeSequence(...repeated(1_500, generalName(7, new Uint8Array(16))));
    takesLittle(() => readGeneralNames(new DerReader(names, "test")));
  });
});

function attribute(): Uint8Array {
  return encodeSequence(encodeOid("2.5.4.3"), encodeTlv(0x0c, Buffer.from("a")));
}
