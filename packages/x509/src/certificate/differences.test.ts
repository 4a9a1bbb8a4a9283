import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CreateCsrOptions, createCsr } from "../csr/create-csr.ts";
import { parseCsr } from "../csr/csr.ts";
import { encodeSequence, encodeSetOf, encodeTlv } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import type { AlternativeNames } from "../extension/build-subject-alt-name.ts";
import { encodeExtension } from "../extension/extension.ts";
import { buildName } from "../name/build-name.ts";
import { altNames, csrFromParts, extensionRequest, generalName } from "../testdata/csr-parts.ts";
import { DAY_MS, NOW, newRoot, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { parseCertificate } from "./certificate.ts";
import { type CertificateTemplate, templateForKey } from "./certificate-template.ts";
import { type AskedFor, compareCertificate } from "./differences.ts";
import { issueCertificate } from "./issue-certificate.ts";

const signer = newSigner();
const authority = await newRoot("root");

type Asked = Partial<CreateCsrOptions & Omit<AskedFor, "csr">>;

async function ask({ isCA = false, durationMs = DAY_MS, usages = [], ...names }: Asked) {
  const csrPem = await createCsr({ signer, subject: {}, ...names });
  return { csr: parseCsr(csrPem), isCA, durationMs, usages };
}

/** Compares with what a CA grants that issues something else than was asked for. */
async function compare(asked: AskedFor, granted: Partial<CertificateTemplate> = {}) {
  const { csr, durationMs, isCA, usages } = asked;
  const options = { subject: {}, now: NOW, durationMs, isCA, usages };
  const subjectAltName = csr.extensions.find(({ oid }) => oid === "2.5.29.17");
  const template = {
    ...templateForKey(csr.publicKeyDer, options),
    subjectDer: csr.subjectDer,
    ...(subjectAltName && { subjectAltName }),
    ...granted,
  };
  const issuer = authority.certificate;
  const der = await issueCertificate(template, { issuer, signer: authority.signer });
  return compareCertificate(parseCertificate(der), asked).map(
    ({ aspect, kind, detail }) => `${aspect}/${kind}: ${detail}`,
  );
}

function grant(names: AlternativeNames): Partial<CertificateTemplate> {
  const options = { subject: {}, durationMs: 1, now: NOW, ...names };
  const { subjectAltName } = templateForKey(signer.publicKeyDer, options);
  return subjectAltName ? { subjectAltName } : {};
}

function subject(...attributes: [oid: string, tag: number, text: string][]): Uint8Array {
  return encodeSequence(
    ...attributes.map(([oid, tag, text]) =>
      encodeSetOf(encodeSequence(encodeOid(oid), encodeTlv(tag, Buffer.from(text)))),
    ),
  );
}

const CN = "2.5.4.3";
const O = "2.5.4.10";

describe("compareCertificate() finds no difference", () => {
  const rows: Record<string, { asked?: Asked; granted?: Partial<CertificateTemplate> }> = {
    "where all is as asked": { asked: { dnsNames: ["a.b"], emails: ["a@b"], uris: ["urn:x"] } },
    "in a CA that was asked for": { asked: { isCA: true } },
    "in the case of DNS names": {
      asked: { dnsNames: ["A.Example.com"] },
      granted: grant({ dnsNames: ["a.EXAMPLE.com"] }),
    },
    "in a common name made an alternative name": {
      asked: { subject: { commonName: "Web.example.com" } },
      granted: grant({ dnsNames: ["web.example.com"] }),
    },
    "in the string types of a subject": {
      asked: { subject: { commonName: "a", organization: "b" } },
      granted: { subjectDer: subject([O, 0x0c, "b"], [CN, 0x0c, "a"]) },
    },
    "in five minutes": { granted: { notBefore: new Date(NOW.getTime() - 5 * 60_000) } },
    "in key encipherment that an EC key has no use for": {
      granted: { keyUsage: ["digital signature"] },
    },
    "in synonyms of usages": { asked: { usages: ["signing", "s/mime"] } },
  };
  for (const [what, { asked = {}, granted }] of Object.entries(rows)) {
    it(what, async () => assert.deepEqual(await compare(await ask(asked), granted), []));
  }

  it("in purposes that only the CSR can express", async () => {
    const purposes = {
      oid: "2.5.29.37",
      critical: false,
      valueDer: encodeSequence(encodeOid("1.2.3.4")),
    };
    const csr = parseCsr(await csrFromParts({ signer, extensions: [purposes] }));
    const asked = { csr, isCA: false, durationMs: DAY_MS, usages: [] };
    assert.deepEqual(await compare(asked, { extendedKeyUsage: ["1.2.3.4"] }), []);
  });
});

describe("compareCertificate() finds", () => {
  const rows: Record<
    string,
    { asked?: Asked; granted: Partial<CertificateTemplate>; expected: string[] }
  > = {
    "a name not granted": {
      asked: { dnsNames: ["a.b", "c.d"] },
      granted: grant({ dnsNames: ["a.b"] }),
      expected: ['names/missing: it lacks "dns:c.d"'],
    },
    "a name not asked for": {
      asked: { dnsNames: ["a.b"] },
      granted: grant({ dnsNames: ["a.b", "*.b"], ipAddresses: ["10.0.0.1"] }),
      expected: ['names/unexpected: it has "dns:*.b", "ip:10.0.0.1", not asked for'],
    },
    "a URI in another case": {
      asked: { uris: ["spiffe://a/B"] },
      granted: grant({ uris: ["spiffe://a/b"] }),
      expected: [
        'names/missing: it lacks "uri:spiffe://a/B"',
        'names/unexpected: it has "uri:spiffe://a/b", not asked for',
      ],
    },
    "a host as common name that nobody asked for": {
      granted: { subjectDer: buildName({ commonName: "evil.example.com" }) },
      expected: [
        'names/unexpected: it has "CN:evil.example.com", not asked for',
        'subject/unexpected: it has "CN=evil.example.com", not asked for',
      ],
    },
    "an alternative name made the common name, in the subject only": {
      asked: { dnsNames: ["web.example.com"] },
      granted: { subjectDer: buildName({ commonName: "web.example.com" }) },
      expected: ['subject/unexpected: it has "CN=web.example.com", not asked for'],
    },
    "a subject cut to its common name": {
      asked: { subject: { commonName: "a", organization: ["b", "c"] } },
      granted: { subjectDer: buildName({ commonName: "a" }) },
      expected: ['subject/missing: it lacks "O=b", "O=c"'],
    },
    "a subject in another order": {
      asked: { subject: { commonName: "a", organization: "b" } },
      granted: { subjectDer: subject([CN, 0x13, "a"], [O, 0x13, "b"]) },
      expected: [
        'subject/unexpected: it has its attributes in another order than asked for: "O=b,CN=a"',
      ],
    },
    "a CA that was not asked for": {
      granted: { isCA: true },
      expected: ["isCA/unexpected: it is a CA's, which was not asked for"],
    },
    "a CA not granted": {
      asked: { isCA: true },
      granted: { isCA: false },
      expected: ["isCA/missing: it is not a CA's, which was asked for"],
    },
    "a shorter life": {
      granted: { notAfter: new Date(NOW.getTime() + 5.5 * 3_600_000) },
      expected: ["duration/shorter: it lasts 5h 30m, 1d was asked for"],
    },
    "a longer life": {
      granted: { notBefore: new Date(NOW.getTime() - 5 * 60_000 - 1_000) },
      expected: ["duration/longer: it lasts 1d 5m, 1d was asked for"],
    },
    "usages not granted": {
      asked: { usages: ["digital signature", "server auth", "client auth"] },
      granted: { keyUsage: [], extendedKeyUsage: ["server auth"] },
      expected: ['usages/missing: it lacks "digital signature", "client auth"'],
    },
    "usages not asked for": {
      granted: { keyUsage: ["digital signature", "cert sign"], extendedKeyUsage: ["1.2.3"] },
      expected: ['usages/unexpected: it grants "cert sign", "1.2.3", not asked for'],
    },
  };
  for (const [what, { asked = {}, granted, expected }] of Object.entries(rows)) {
    it(what, async () => assert.deepEqual(await compare(await ask(asked), granted), expected));
  }

  it("names that look the same and are not, by their bytes", async () => {
    const otherName = (tag: number) =>
      encodeTlv(0xa0, encodeOid("1.2.3"), encodeTlv(0xa0, encodeTlv(tag, Buffer.from("x"))));
    const extensions = encodeSequence(encodeExtension(altNames(otherName(0x0c))));
    const attributes = [extensionRequest(extensions)];
    const csr = parseCsr(await csrFromParts({ signer, attributes }));
    const asked = { csr, isCA: false, durationMs: DAY_MS, usages: [] };
    assert.deepEqual(await compare(asked, { subjectAltName: altNames(otherName(0x16)) }), [
      'names/missing: it lacks "otherName:1.2.3:x"',
      'names/unexpected: it has "otherName:1.2.3:x", not asked for',
    ]);
  });

  it("thousands of names, and shows ten", async () => {
    const names = Array.from({ length: 3_000 }, (_, i) => generalName(2, `\n${i}`));
    const [difference = ""] = await compare(await ask({}), { subjectAltName: altNames(...names) });
    assert.match(difference, /^names\/unexpected: it has "dns:\\n0", .* and 2990 more, not asked/);
    assert.ok(difference.length < 250);
  });
});

describe("compareCertificate()", () => {
  it("refuses a usage that cert-manager does not know", async () => {
    const asked = { ...(await ask({})), usages: ["flying"] };
    throwsX509Error(() => compareCertificate(authority.certificate, asked), {
      code: "ERR_X509_USAGE",
    });
  });
});
