/**
 * Inputs made to cost time, each at any size: certificates and CSRs whose signatures nobody verifies,
 * and PEM texts.
 */

import { encodeBitString } from "../der/bit-string.ts";
import { encodeConstructed, encodeSequence, encodeSetOf, encodeTlv } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { NULL_DER } from "../der/null.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { encodeTime } from "../der/time.ts";
import { type Extension, encodeExtension } from "../extension/extension.ts";
import { altNames, extensionRequest, generalName } from "./csr-parts.ts";

/** What is hostile in a certificate or CSR. */
interface Parts {
  subject?: Uint8Array;
  publicKey?: Uint8Array;
  extension?: Extension;
}

const EMPTY = encodeSequence();
const ALGORITHM = encodeSequence(encodeOid("1.2.840.10045.4.3.2"));
const KEY = encodeSequence(
  encodeSequence(encodeOid("1.2.840.10045.2.1"), encodeOid("1.2.840.10045.3.1.7")),
  // The generator of the curve: a point that OpenSSL takes.
  encodeBitString(
    Buffer.from(
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
      "hex",
    ),
  ),
);
const SIGNATURE = encodeBitString(new Uint8Array(70));

/** By name, what makes about so many bytes of them. */
export const HOSTILE_PARTS: Readonly<Record<string, (bytes: number) => Parts>> = {
  "one relative name of many attributes": (bytes) => ({
    subject: encodeSequence(encodeSetOf(...repeated(bytes / 12, attribute("a")))),
  }),
  "many relative names": (bytes) => ({
    subject: encodeSequence(...repeated(bytes / 14, encodeSetOf(attribute("a")))),
  }),
  "one attribute of characters to escape": (bytes) => ({
    subject: encodeSequence(encodeSetOf(attribute("\0,".repeat(bytes / 2)))),
  }),
  "one attribute of blanks": (bytes) => ({
    subject: encodeSequence(encodeSetOf(attribute(" ".repeat(bytes)))),
  }),
  "one attribute of BMP characters": (bytes) => ({
    subject: encodeSequence(encodeSetOf(attribute("\0a".repeat(bytes / 2), 0x1e))),
  }),
  "many DNS names": (bytes) => named(repeated(bytes / 3, generalName(2, "a"))),
  "many IPv6 addresses of zeros": (bytes) =>
    named(repeated(bytes / 18, generalName(7, new Uint8Array(16)))),
  "many directory names": (bytes) =>
    named(repeated(bytes / 18, encodeTlv(0xa4, encodeSequence(encodeSetOf(attribute("a")))))),
  "one directory name of many attributes": (bytes) =>
    named([encodeTlv(0xa4, encodeSequence(...repeated(bytes / 14, encodeSetOf(attribute("a")))))]),
  "one URI of many escapes": (bytes) =>
    named([generalName(6, `http://a/${"%41".repeat(bytes / 3)}`)]),
  "one URI of many labels": (bytes) => named([generalName(6, `http://${"a.".repeat(bytes / 2)}a`)]),
  "one URI of many signs at": (bytes) => named([generalName(6, `http://${"@".repeat(bytes)}a`)]),
  "one URI of many colons": (bytes) => named([generalName(6, `x://${":".repeat(bytes)}`)]),
  "other names nested deep": (bytes) =>
    named([encodeTlv(0xa0, encodeOid("1.2.3"), encodeTlv(0xa0, nested(depthOf(bytes))))]),
  "many extended key usages": (bytes) => ({
    extension: {
      oid: "2.5.29.37",
      critical: false,
      valueDer: encodeSequence(...repeated(bytes / 5, encodeOid("1.2.3.4"))),
    },
  }),
  "a key usage of many bits": (bytes) => ({
    extension: {
      oid: "2.5.29.15",
      critical: true,
      valueDer: encodeBitString(new Uint8Array(bytes).fill(0xff)),
    },
  }),
  "an OID of one arc": (bytes) => {
    const arc = new Uint8Array(bytes).fill(0xff);
    arc[arc.length - 1] = 0x7f;
    return { subject: encodeSequence(encodeSetOf(encodeSequence(encodeTlv(0x06, arc), NULL_DER))) };
  },
  "an OID of many arcs": (bytes) => ({
    extension: {
      oid: "2.5.29.37",
      critical: false,
      valueDer: encodeSequence(encodeTlv(0x06, new Uint8Array(bytes).fill(1))),
    },
  }),
  "an RSA key of a huge exponent": (bytes) => ({
    publicKey: rsaKey(new Uint8Array(256).fill(0xff), new Uint8Array(bytes).fill(0xff)),
  }),
  "an RSA key of a huge modulus": (bytes) => ({
    publicKey: rsaKey(new Uint8Array(bytes).fill(0xff), Uint8Array.of(1, 0, 1)),
  }),
};

export function hostileCertificate(parts: Parts): Uint8Array {
  const tbs = encodeSequence(
    encodeConstructed(0, encodeInteger(Uint8Array.of(2))),
    encodeInteger(Uint8Array.of(1)),
    ALGORITHM,
    EMPTY,
    encodeSequence(encodeTime(new Date(0)), encodeTime(new Date(0))),
    parts.subject ?? EMPTY,
    parts.publicKey ?? KEY,
    ...(parts.extension
      ? [encodeConstructed(3, encodeSequence(encodeExtension(parts.extension)))]
      : []),
  );
  return encodeSequence(tbs, ALGORITHM, SIGNATURE);
}

export function hostileCsr(parts: Parts): Uint8Array {
  const requested = parts.extension ? [encodeSequence(encodeExtension(parts.extension))] : [];
  const tbs = encodeSequence(
    encodeInteger(Uint8Array.of(0)),
    parts.subject ?? EMPTY,
    parts.publicKey ?? KEY,
    encodeConstructed(0, extensionRequest(...requested)),
  );
  return encodeSequence(tbs, ALGORITHM, SIGNATURE);
}

/** By name, a text of about so many bytes. */
export const HOSTILE_TEXTS: Readonly<Record<string, (bytes: number) => string>> = {
  "empty lines": (bytes) => "\n".repeat(bytes),
  "carriage returns": (bytes) => "\r".repeat(bytes),
  "one long line": (bytes) => "-".repeat(bytes),
  "blocks that are not closed": (bytes) => "-----BEGIN X-----\n".repeat(bytes / 18),
  "many empty blocks": (bytes) => "-----BEGIN X-----\n-----END X-----\n".repeat(bytes / 34),
  "one block of short lines": (bytes) =>
    `-----BEGIN CERTIFICATE-----\n${"AAAA\n".repeat(bytes / 5)}-----END CERTIFICATE-----\n`,
  "one block of blanks": (bytes) =>
    `-----BEGIN CERTIFICATE-----\n${" ".repeat(bytes)}\n-----END CERTIFICATE-----\n`,
  "one block of padding": (bytes) =>
    `-----BEGIN CERTIFICATE-----\n${"=".repeat(bytes)}\n-----END CERTIFICATE-----\n`,
};

export function nested(depth: number): Uint8Array {
  // From the inside out, in one buffer: building it level by level would itself take the square.
  const headers: Uint8Array[] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    const header = headerOf(length);
    headers.push(header);
    length += header.length;
  }
  return new Uint8Array(Buffer.concat(headers.toReversed()));
}

/** How deep a nesting of so many bytes is: its headers grow with what they hold, from 2 to 5 bytes. */
export function depthOf(bytes: number): number {
  let depth = 0;
  for (let length = 0; length < bytes; depth++) length += headerOf(length).length;
  return Math.max(0, depth - 1);
}

function headerOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(0x30, length);
  if (length < 0x100) return Uint8Array.of(0x30, 0x81, length);
  if (length < 0x1_0000) return Uint8Array.of(0x30, 0x82, length >> 8, length & 0xff);
  return Uint8Array.of(0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

function named(names: readonly Uint8Array[]): Parts {
  // In one piece: a call with a hundred thousand arguments is more than the stack holds.
  return { extension: { ...altNames(new Uint8Array(Buffer.concat(names))) } };
}

function attribute(text: string, tag = 0x0c): Uint8Array {
  return encodeSequence(encodeOid("2.5.4.3"), encodeTlv(tag, Buffer.from(text)));
}

function repeated(count: number, part: Uint8Array): Uint8Array[] {
  return [new Uint8Array(Buffer.concat(new Array<Uint8Array>(Math.floor(count)).fill(part)))];
}

function rsaKey(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  return encodeSequence(
    encodeSequence(encodeOid("1.2.840.113549.1.1.1"), NULL_DER),
    encodeBitString(encodeSequence(encodeInteger(modulus), encodeInteger(exponent))),
  );
}
