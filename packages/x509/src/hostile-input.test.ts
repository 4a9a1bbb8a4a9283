// Inputs made to cost time or memory, at the largest size a webhook lets through and beyond it. Work is
// counted in values read; what it costs in time is measured by bench/x509.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { parseCertificate } from "./certificate/certificate.ts";
import { parseCsr } from "./csr/csr.ts";
import { DerReader } from "./der/der-reader.ts";
import { encodeSequence, encodeTlv } from "./der/encode-tlv.ts";
import { NULL_DER } from "./der/null.ts";
import { encodeOid, readOid } from "./der/object-identifier.ts";
import { encodePem } from "./pem.ts";
import { altNames, csrFromParts, generalName } from "./testdata/csr-parts.ts";
import { newSigner } from "./testdata/fixtures.ts";
import {
  HOSTILE_PARTS,
  HOSTILE_TEXTS,
  hostileCertificate,
  hostileCsr,
  nested,
} from "./testdata/hostile-shapes.ts";
import { throwsX509Error } from "./testdata/throws-x509-error.ts";

const SMALL = 27_000;
const LARGE = 330_000;
const signer = newSigner();

/** Runs to the end or to an X509Error, and counts the values that were read on the way. */
function countReads(action: () => unknown): number {
  const { mock: reads } = mock.method(DerReader.prototype, "readAny");
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "X509Error", String(error));
  } finally {
    reads.restore();
  }
  return reads.callCount();
}

describe("a structure that grows is read with work that grows no faster", () => {
  for (const [name, parts] of Object.entries(HOSTILE_PARTS)) {
    it(name, () => {
      const pem = (bytes: number) =>
        encodePem("CERTIFICATE", hostileCertificate(parts((bytes - 600) * 0.73)));
      const small = pem(SMALL);
      const large = pem(LARGE);
      const reads = [small, large].map((text) => countReads(() => parseCertificate(text)));
      const [few = 0, many = 0] = reads;
      const growth = large.length / small.length;
      assert.ok(few > 0 && many <= few * growth + 100, `${few} and ${many} values were read`);
      const csr = hostileCsr(parts(SMALL));
      assert.ok(countReads(() => parseCsr(csr)) <= few * 1.5 + 100);
    });
  }
});

describe("a text that is no PEM is refused whatever its size", () => {
  for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
    it(name, () => {
      for (const bytes of [SMALL, LARGE]) {
        const hostile = text(bytes - 100);
        throwsX509Error(() => parseCertificate(hostile), { code: /^ERR_X509_(PEM|DER)$/ });
        assert.ok(countReads(() => parseCertificate(hostile)) <= 1);
      }
    });
  }
});

describe("an object identifier", () => {
  it("of one huge arc is refused before it is decoded", () => {
    const content = new Uint8Array(LARGE).fill(0xff);
    content[content.length - 1] = 0x7f;
    throwsX509Error(() => readOid(new DerReader(encodeTlv(0x06, content), "test"), "OID"), {
      code: "ERR_X509_DER",
      message: "Cannot parse test: OID is an OID of 330000 bytes, must be 1 to 128",
    });
  });

  it("of many arcs is refused too", () => {
    const der = encodeTlv(0x06, new Uint8Array(SMALL).fill(1));
    throwsX509Error(() => readOid(new DerReader(der, "test"), "OID"), { code: "ERR_X509_DER" });
  });
});

describe("a CSR", () => {
  it("nested thousands deep is refused at the first level that is not the grammar's", () => {
    const der = nested(6_000);
    assert.ok(countReads(() => parseCsr(der)) < 10);
    assert.ok(countReads(() => parseCertificate(der)) < 10);
    throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER" });
  });

  it("with nesting in an opaque name carries it, unread", async () => {
    const otherName = encodeTlv(0xa0, encodeOid("1.2.3"), encodeTlv(0xa0, nested(5_000)));
    const der = await csrFromParts({ signer, extensions: [altNames(otherName)] });
    assert.equal(parseCsr(der).subjectAltNames[0]?.kind, "otherName");
    assert.ok(countReads(() => parseCsr(der)) < 50);
  });

  it("with thousands of alternative names is read, as long as cert-manager would take it", async () => {
    const names = Array.from({ length: 8_900 }, () => generalName(2, "a"));
    const der = await csrFromParts({ signer, extensions: [altNames(...names)] });
    assert.equal(parseCsr(der).subjectAltNames.length, 8_900);
  });

  it("with more than 10,000 names is refused", () => {
    const names = Array.from({ length: 10_001 }, () => generalName(2, ""));
    throwsX509Error(() => parseCsr(hostileCsr({ extension: altNames(...names) })), {
      code: "ERR_X509_DER",
      message:
        "Cannot parse CSR, subjectAltName: GeneralName is number 10001 of its list, must be at most 10000",
    });
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

  it("with a huge RSA exponent or modulus is refused before OpenSSL sees it", () => {
    for (const name of ["an RSA key of a huge exponent", "an RSA key of a huge modulus"]) {
      const der = hostileCsr(HOSTILE_PARTS[name]?.(2_000 * 8) ?? {});
      throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER", message: /RSA key: / });
    }
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
      countReads(() => parseCsr(damaged));
    }
  });
});

describe("PEM text", () => {
  it("shows no more than 40 characters of a label", () => {
    throwsX509Error(() => parseCsr(encodePem("x".repeat(1_000), encodeSequence())), {
      code: "ERR_X509_PEM",
      message: /PEM block is "x{40}…", must be/,
    });
  });
});
