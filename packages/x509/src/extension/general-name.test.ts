import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DerReader } from "../der/der-reader.ts";
import { encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { buildName } from "../name/build-name.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { buildSubjectAltName } from "./build-subject-alt-name.ts";
import { type GeneralName, readGeneralNames } from "./general-name.ts";
import { ipAddressBytes, ipAddressText } from "./ip-address.ts";

function read(...names: Uint8Array[]): GeneralName[] {
  return readGeneralNames(new DerReader(encodeSequence(...names), "test"));
}

const text = (value: string) => Buffer.from(value);
const otherName = (value: Uint8Array) =>
  encodeTlv(0xa0, encodeOid("1.2.3"), encodeTlv(0xa0, value));

describe("readGeneralNames() shows every kind", () => {
  for (const [der, kind, value] of [
    [otherName(encodeTlv(0x0c, text("a@b"))), "otherName", "1.2.3:a@b"],
    [otherName(encodeTlv(0x02, Uint8Array.of(42))), "otherName", "1.2.3:#02012a"],
    [encodeTlv(0x81, text("a@b")), "email", "a@b"],
    [encodeTlv(0x82, text("*.b")), "dns", "*.b"],
    [encodeTlv(0xa3, text("")), "x400Address", "#a300"],
    [encodeTlv(0xa4, buildName({ commonName: "a" })), "directoryName", "CN=a"],
    [encodeTlv(0xa5, text("")), "ediPartyName", "#a500"],
    [encodeTlv(0x86, text("urn:x")), "uri", "urn:x"],
    [encodeTlv(0x87, Uint8Array.of(10, 0, 0, 1)), "ip", "10.0.0.1"],
    [encodeTlv(0x88, Uint8Array.of(0x2a, 3)), "registeredId", "1.2.3"],
  ] as const) {
    it(`${kind} ${value}`, () => assert.deepEqual(read(der), [{ kind, value, der }]));
  }
});

describe("readGeneralNames()", () => {
  it("cuts hex after 256 bytes, and keeps the bytes", () => {
    const [name] = read(encodeTlv(0xa3, new Uint8Array(1_000)));
    assert.equal(name?.value, `#a38203e8${"00".repeat(252)}…`);
    assert.equal(name.der.length, 1_004);
  });
});

describe("readGeneralNames() refuses", () => {
  for (const [name, der, message] of [
    ["an unknown tag", encodeTlv(0x89), "GeneralName is tag 0x89, must be one of [0] to [8]"],
    [
      "a constructed dNSName",
      encodeTlv(0xa2),
      "GeneralName is tag 0xa2, must be one of [0] to [8]",
    ],
    [
      "bytes that are not ASCII",
      encodeTlv(0x82, text("é")),
      "GeneralName holds bytes over 7f, must be ASCII",
    ],
    [
      "an address of another length",
      encodeTlv(0x87, text("abc")),
      "IP address is 3 bytes, must be 4 or 16",
    ],
    [
      "an otherName without a value",
      encodeTlv(0xa0, encodeOid("1.2.3")),
      "otherName value is missing, must be tag 0xa0",
    ],
  ] as const) {
    it(name, () => {
      throwsX509Error(() => read(der), {
        code: "ERR_X509_DER",
        message: `Cannot parse test: ${message}`,
      });
    });
  }
});

describe("IP addresses", () => {
  for (const [address, canonical = address] of [
    ["10.1.2.3"],
    ["::"],
    ["::1"],
    ["2001:db8::"],
    ["2001:db8::1:0:0:1"],
    ["2001:0:0:1::1", "2001:0:0:1::1"],
    ["1:0:2:0:3:0:4:0"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["FE80:0::00a", "fe80::a"],
  ] as const) {
    it(`${address} becomes bytes and ${canonical} again`, () => {
      assert.equal(ipAddressText(ipAddressBytes(address)), canonical);
    });
  }

  it("are refused when malformed or with a zone", () => {
    for (const address of ["10.0.0", "10.0.0.256", "fe80::1%eth0", "1:2", "", "example.com"]) {
      throwsX509Error(() => ipAddressBytes(address), { code: "ERR_X509_VALUE" });
    }
  });
});

describe("buildSubjectAltName()", () => {
  it("writes DNS names, emails, addresses and URIs in this order", () => {
    const extension = buildSubjectAltName(
      { uris: ["urn:x"], ipAddresses: ["::1", "10.0.0.1"], emails: ["a@b"], dnsNames: ["a", "b"] },
      { critical: true },
    );
    assert.ok(extension?.critical);
    assert.deepEqual(
      readGeneralNames(new DerReader(extension.valueDer, "test")).map(({ value }) => value),
      ["a", "b", "a@b", "::1", "10.0.0.1", "urn:x"],
    );
  });

  it("is nothing without names", () => {
    assert.equal(buildSubjectAltName({ dnsNames: [] }, { critical: false }), undefined);
  });

  it("refuses names that are empty or not printable ASCII", () => {
    for (const name of ["", "é", "a\nb"]) {
      throwsX509Error(() => buildSubjectAltName({ dnsNames: [name] }, { critical: false }), {
        code: "ERR_X509_VALUE",
        message: `Cannot encode name: it is ${JSON.stringify(name)}, must be printable ASCII`,
      });
    }
  });
});
