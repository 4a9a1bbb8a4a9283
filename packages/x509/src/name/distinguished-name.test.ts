import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeSequence, encodeSetOf, encodeTlv } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { TAG } from "../der/tag.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { buildName } from "./build-name.ts";
import { describeName, EMPTY_NAME_DER } from "./distinguished-name.ts";

function attribute(oid: string, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), value);
}

function commonName(tag: number, bytes: Uint8Array | string): Uint8Array {
  const content = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  return encodeSequence(encodeSetOf(attribute("2.5.4.3", encodeTlv(tag, content))));
}

describe("describeName()", () => {
  it("shows the last relative name first, and several attributes of one with +", () => {
    const name = encodeSequence(
      encodeSetOf(attribute("2.5.4.6", encodeTlv(TAG.printableString, Buffer.from("DE")))),
      encodeSetOf(
        attribute("2.5.4.10", encodeTlv(TAG.utf8String, Buffer.from("b"))),
        attribute("2.5.4.3", encodeTlv(TAG.utf8String, Buffer.from("a"))),
      ),
    );
    assert.equal(describeName(name, "test"), "CN=a+O=b,C=DE");
  });

  it("shows nothing for the empty name", () => {
    assert.equal(describeName(EMPTY_NAME_DER, "test"), "");
  });

  it("shows a type without a short name as OID and hex", () => {
    const name = encodeSequence(
      encodeSetOf(attribute("1.2.3", encodeTlv(TAG.utf8String, Buffer.from("x")))),
    );
    assert.equal(describeName(name, "test"), "1.2.3=#0c0178");
  });

  for (const [text, shown] of [
    ['a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    ["#a#", "\\#a#"],
    [" a ", "\\ a\\ "],
    [" ", "\\ "],
    ["a\nb\0", "a\\0ab\\00"],
    ["ü=😀", "ü=😀"],
  ] as const) {
    it(`escapes ${JSON.stringify(text)} (RFC 4514 §2.4)`, () => {
      assert.equal(describeName(commonName(TAG.utf8String, text), "test"), `CN=${shown}`);
    });
  }
});

describe("directory strings are read as Go reads them", () => {
  for (const [name, tag, bytes, text] of [
    ["T61String is Latin-1", TAG.t61String, Uint8Array.of(0x5a, 0xfc), "Zü"],
    ["BMPString is UCS-2", TAG.bmpString, Uint8Array.of(0x04, 0x16), "Ж"],
    ["BMPString may be terminated", TAG.bmpString, Uint8Array.of(0, 0x61, 0, 0), "a"],
    ["PrintableString may have * and &", TAG.printableString, "*.a&b", "*.a&b"],
    ["NumericString has digits and blanks", TAG.numericString, "1 2", "1 2"],
    ["IA5String is ASCII", TAG.ia5String, "a@b", "a@b"],
    ["UTF8String may start with a byte order mark", TAG.utf8String, "\ufeffa", "\ufeffa"],
  ] as const) {
    it(name, () => assert.equal(describeName(commonName(tag, bytes), "test"), `CN=${text}`));
  }

  for (const [name, tag, bytes] of [
    ["UTF8String that is not UTF-8", TAG.utf8String, Uint8Array.of(0xc0, 0x80)],
    ["PrintableString with _", TAG.printableString, "a_b"],
    ["IA5String with a high byte", TAG.ia5String, Uint8Array.of(0xe9)],
    ["NumericString with a letter", TAG.numericString, "1a"],
    ["BMPString with a surrogate", TAG.bmpString, Uint8Array.of(0xd8, 0x3d, 0xde, 0)],
    ["BMPString with a noncharacter", TAG.bmpString, Uint8Array.of(0xff, 0xfe)],
    ["BMPString of odd length", TAG.bmpString, Uint8Array.of(0)],
    ["UniversalString", 0x1c, Uint8Array.of(0, 0, 0, 0x61)],
    ["OCTET STRING", TAG.octetString, "a"],
  ] as const) {
    it(`${name} is refused`, () => {
      throwsX509Error(() => describeName(commonName(tag, bytes), "test"), { code: "ERR_X509_DER" });
    });
  }

  it("an empty relative name is refused", () => {
    throwsX509Error(() => describeName(encodeSequence(encodeSetOf()), "CSR, subject"), {
      code: "ERR_X509_DER",
      message: "Cannot parse CSR, subject: relative name is empty, must have an attribute",
      offset: 4,
    });
  });
});

describe("buildName()", () => {
  it("writes the attributes in Go's order, several values of one in one relative name", () => {
    const name = buildName({
      commonName: "admin",
      organization: ["system:masters", "b"],
      country: "DE",
      serialNumber: "1",
    });
    assert.equal(describeName(name, "test"), "serialNumber=1,CN=admin,O=b+O=system:masters,C=DE");
  });

  it("is PrintableString where it can be, else UTF8String", () => {
    assert.deepEqual(buildName({ commonName: "a b" }), commonName(TAG.printableString, "a b"));
    assert.deepEqual(buildName({ commonName: "a_ü" }), commonName(TAG.utf8String, "a_ü"));
    assert.deepEqual(buildName({ commonName: "*" }), commonName(TAG.utf8String, "*"));
  });

  it("is the empty name for a subject without attributes", () => {
    assert.deepEqual(buildName({}), EMPTY_NAME_DER);
  });
});
