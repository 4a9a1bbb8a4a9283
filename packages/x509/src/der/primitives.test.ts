import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { encodeNamedBits, readBitStringBytes, readNamedBits } from "./bit-string.ts";
import { readOptionalBoolean } from "./boolean.ts";
import { DerReader } from "./der-reader.ts";
import { bitLength, encodeInteger, readSmallInteger, readUnsignedInteger } from "./integer.ts";
import { encodeOid, readOid } from "./object-identifier.ts";
import { encodeTime, readTime } from "./time.ts";

function reader(hex: string): DerReader {
  return new DerReader(new Uint8Array(Buffer.from(hex, "hex")), "thing");
}

function hex(der: Uint8Array): string {
  return Buffer.from(der).toString("hex");
}

function time(text: string): DerReader {
  const tag = text.length === 15 ? "18" : "17";
  return reader(
    tag + text.length.toString(16).padStart(2, "0") + Buffer.from(text).toString("hex"),
  );
}

describe("OBJECT IDENTIFIER", () => {
  for (const [oid, der] of [
    ["2.5.29.17", "0603551d11"],
    ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
    ["2.999.3", "0603883703"],
    ["0.0", "060100"],
    ["1.39.2147483647", "06064f87ffffff7f"],
  ] as const) {
    it(`${oid} is written and read`, () => {
      assert.equal(hex(encodeOid(oid)), der);
      assert.equal(readOid(reader(der), "OID"), oid);
    });
  }

  for (const [name, der] of [
    ["an empty one", "0600"],
    ["a padded arc", "06035580 01".replace(" ", "")],
    ["one cut short", "06025581"],
    ["an arc over 2³¹−1", "06065588808080 00".replace(" ", "")],
    ["one over 128 bytes", `068181${"01".repeat(129)}`],
  ] as const) {
    it(`refuses ${name}`, () => {
      throwsX509Error(() => readOid(reader(der), "OID"), { code: "ERR_X509_DER" });
    });
  }

  it("encodeOid() refuses what is not an OID", () => {
    for (const text of ["", "1", "1.40", "3.1", "1.2.", "1.02", "1.2.9999999999", "a.b"]) {
      throwsX509Error(() => encodeOid(text), { code: "ERR_X509_VALUE" });
    }
  });
});

describe("INTEGER", () => {
  it("is written with a sign octet where the top bit is set, and without leading zeros", () => {
    assert.equal(hex(encodeInteger(Uint8Array.of(0x80))), "02020080");
    assert.equal(hex(encodeInteger(Uint8Array.of(0, 0, 5))), "020105");
    assert.equal(hex(encodeInteger(new Uint8Array())), "020100");
  });

  it("is read without its sign octet", () => {
    assert.deepEqual([...readUnsignedInteger(reader("02020080"), "n")], [0x80]);
    assert.equal(readSmallInteger(reader("02047fffffff"), "n"), 0x7fff_ffff);
  });

  for (const [name, der] of [
    ["empty", "0200"],
    ["padded", "02020001"],
    ["negative", "0201ff"],
  ] as const) {
    it(`is refused when ${name}`, () => {
      throwsX509Error(() => readUnsignedInteger(reader(der), "n"), { code: "ERR_X509_DER" });
    });
  }

  it("is refused by readSmallInteger() over 2³¹−1", () => {
    throwsX509Error(() => readSmallInteger(reader("02050080000000"), "n"), {
      code: "ERR_X509_DER",
    });
  });

  it("bitLength() counts from the top bit", () => {
    assert.equal(bitLength(Uint8Array.of(0, 1, 0)), 9);
    assert.equal(bitLength(Uint8Array.of(0x80)), 8);
    assert.equal(bitLength(Uint8Array.of(0)), 0);
  });
});

describe("BIT STRING", () => {
  it("of named bits loses its trailing zeros", () => {
    assert.equal(hex(encodeNamedBits([0, 2])), "030205a0");
    assert.equal(hex(encodeNamedBits([8])), "0303070080");
    assert.equal(hex(encodeNamedBits([])), "030100");
    assert.deepEqual(readNamedBits(reader("0303070080"), "bits"), [8]);
    assert.deepEqual(readNamedBits(reader("030100"), "bits"), []);
  });

  it("is refused with set or too many unused bits", () => {
    for (const der of ["030205bf", "030208a0", "030101", "0300"]) {
      throwsX509Error(() => readNamedBits(reader(der), "bits"), { code: "ERR_X509_DER" });
    }
  });

  it("of bytes is refused when bits are unused", () => {
    throwsX509Error(() => readBitStringBytes(reader("030204f0"), "key"), { code: "ERR_X509_DER" });
  });
});

describe("BOOLEAN", () => {
  it("is FALSE when left out, and has two spellings", () => {
    assert.equal(readOptionalBoolean(reader("0500"), "flag"), false);
    assert.equal(readOptionalBoolean(reader("0101ff"), "flag"), true);
    throwsX509Error(() => readOptionalBoolean(reader("010101"), "flag"), { code: "ERR_X509_DER" });
  });
});

describe("Time", () => {
  for (const [iso, text] of [
    ["1950-01-01T00:00:00.000Z", "500101000000Z"],
    ["2049-12-31T23:59:59.000Z", "491231235959Z"],
    ["2050-01-01T00:00:00.000Z", "20500101000000Z"],
    ["9999-12-31T23:59:59.000Z", "99991231235959Z"],
  ] as const) {
    it(`${iso} is ${text}`, () => {
      assert.equal(Buffer.from(encodeTime(new Date(iso)).subarray(2)).toString(), text);
      assert.equal(readTime(time(text), "time").toISOString(), iso);
    });
  }

  it("loses its milliseconds", () => {
    const der = encodeTime(new Date("2026-01-01T00:00:00.999Z"));
    assert.equal(Buffer.from(der.subarray(2)).toString(), "260101000000Z");
  });

  for (const text of [
    "260230000000Z",
    "261301000000Z",
    "2601010000Z",
    "260101000000+0000",
    "2601010000000",
    "260101240000Z",
  ]) {
    it(`${text} is refused`, () => {
      throwsX509Error(() => readTime(time(text), "time"), { code: "ERR_X509_DER" });
    });
  }

  it("is refused where it has no encoding", () => {
    for (const date of [new Date(Number.NaN), new Date("+010000-01-01T00:00:00Z")]) {
      throwsX509Error(() => encodeTime(date), { code: "ERR_X509_VALUE" });
    }
  });
});
