import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { DerReader } from "./der-reader.ts";
import { encodeSequence, encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

function reader(hex: string): DerReader {
  return new DerReader(new Uint8Array(Buffer.from(hex, "hex")), "thing");
}

describe("DerReader refuses what DER does not allow", () => {
  for (const [name, hex, message] of [
    ["an indefinite length", "30800000", "part has an indefinite length, must have a definite one"],
    ["a padded length", "30810100", "part has a padded length, must have the shortest one"],
    [
      "a length with a leading zero",
      "30820080",
      "part has a padded length, must have the shortest one",
    ],
    ["a length of five bytes", "30850000000001", "part has a 5-byte length, must have at most 4"],
    [
      "a length that lies",
      "30847fffffff00",
      "part is 2147483647 bytes long by its header, must be at most the 1 that follow",
    ],
    ["a length cut short", "3082", "part is cut short, must be a complete value"],
    ["a tag of two bytes", "3f8100", "part has a long tag, must have a short one"],
    ["nothing", "", "part is cut short, must be a complete value"],
  ] as const) {
    it(name, () => {
      throwsX509Error(() => reader(hex).readAny("part"), {
        code: "ERR_X509_DER",
        message: `Cannot parse thing: ${message}`,
        offset: 0,
      });
    });
  }
});

describe("DerReader", () => {
  it("counts offsets from the outermost structure", () => {
    const inner = encodeTlv(TAG.integer, Uint8Array.of(1));
    const outer = new DerReader(encodeSequence(encodeSequence(inner, inner)), "thing");
    const level = outer.enter(TAG.sequence, "a").enter(TAG.sequence, "b");
    level.read(TAG.integer, "c");
    throwsX509Error(() => level.read(TAG.set, "d"), {
      code: "ERR_X509_DER",
      message: "Cannot parse thing: d is integer (0x02), must be set (0x31)",
      offset: 7,
    });
  });

  it("end() refuses bytes left over", () => {
    const bytes = reader("020101ff");
    bytes.read(TAG.integer, "number");
    throwsX509Error(() => bytes.end("number"), {
      code: "ERR_X509_DER",
      message: "Cannot parse thing: number is followed by 1 more bytes, must be followed by none",
      offset: 3,
    });
  });

  it("readOptional() leaves another value where it is", () => {
    const bytes = reader("020101");
    assert.equal(bytes.readOptional(TAG.boolean, "flag"), undefined);
    assert.equal(bytes.read(TAG.integer, "number").content[0], 1);
    assert.equal(bytes.isAtEnd, true);
  });

  it("reads lengths of every size that encodeTlv() writes", () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const der = encodeTlv(TAG.octetString, new Uint8Array(size));
      assert.equal(new DerReader(der, "thing").readAny("part").content.length, size);
    }
  });
});
