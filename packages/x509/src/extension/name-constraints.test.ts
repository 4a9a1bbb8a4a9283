import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeConstructed, encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { generalName } from "../testdata/csr-parts.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { normaliseNameConstraints } from "./name-constraints.ts";

function subtrees(number: number, ...bases: Uint8Array[]): Uint8Array {
  return encodeConstructed(number, ...bases.map((base) => encodeSequence(base)));
}

function normalise(...fields: Uint8Array[]): Uint8Array {
  const valueDer = encodeSequence(...fields);
  return normaliseNameConstraints({ oid: "2.5.29.30", critical: true, valueDer }, "CSR").valueDer;
}

const dns = generalName(2, ".example.com");
const email = generalName(1, "a@example.com");
const uri = generalName(6, "example.org");

describe("normaliseNameConstraints()", () => {
  it("writes DNS names, ranges, emails and URIs in this order, and clears host bits", () => {
    const range = generalName(7, Uint8Array.of(10, 1, 2, 3, 255, 255, 0, 0));
    const cleared = generalName(7, Uint8Array.of(10, 1, 0, 0, 255, 255, 0, 0));
    assert.deepEqual(
      normalise(subtrees(0, uri, email, range, dns), subtrees(1, uri)),
      encodeSequence(subtrees(0, dns, cleared, email, uri), subtrees(1, uri)),
    );
  });

  for (const [name, fields] of [
    ["no subtrees", []],
    ["empty subtrees", [subtrees(0), subtrees(1)]],
    ["subtrees in the wrong order", [subtrees(1, dns), subtrees(0, dns)]],
    ["a directory name", [subtrees(0, encodeTlv(0xa4, encodeSequence()))]],
    ["a minimum", [encodeConstructed(0, encodeSequence(dns, generalName(0, Uint8Array.of(1))))]],
    ["a mask with gaps", [subtrees(0, generalName(7, Uint8Array.of(10, 0, 0, 0, 255, 0, 255, 0)))]],
    ["a range of another length", [subtrees(0, generalName(7, new Uint8Array(4)))]],
    ["a mailbox without a local part", [subtrees(0, generalName(1, "@example.com"))]],
    ["a domain with an empty label", [subtrees(0, generalName(2, "a..b"))]],
    ["a domain with a dot at the end", [subtrees(0, generalName(2, "a."))]],
    ["an address as URI", [subtrees(0, generalName(6, "10.0.0.1"))]],
    ["bytes that are not ASCII", [subtrees(0, generalName(2, "é"))]],
  ] as const) {
    it(`refuses ${name}`, () =>
      throwsX509Error(() => normalise(...fields), { code: "ERR_X509_DER" }));
  }
});
