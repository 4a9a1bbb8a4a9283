import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Certificate, parseCertificate } from "../certificate/certificate.ts";
import { templateForKey } from "../certificate/certificate-template.ts";
import { issueCertificate } from "../certificate/issue-certificate.ts";
import { encodeConstructed, encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { buildName, type Subject } from "../name/build-name.ts";
import { altNames, generalName } from "../testdata/csr-parts.ts";
import { DAY_MS, NOW, newRoot, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { violatedConstraint } from "./check-name-constraints.ts";

const authority = await newRoot("root");
const signer = newSigner();

async function certificate(
  names: readonly Uint8Array[],
  subject: Subject,
  constraints?: Uint8Array,
): Promise<Certificate> {
  const options = { subject, durationMs: DAY_MS, now: NOW, isCA: constraints !== undefined };
  const template = {
    ...templateForKey(signer.publicKeyDer, options),
    subjectAltName: altNames(...names),
    ...(constraints && {
      nameConstraints: { oid: "2.5.29.30", critical: true, valueDer: constraints },
    }),
  };
  const issuer = authority.certificate;
  return parseCertificate(await issueCertificate(template, { issuer, signer: authority.signer }));
}

/** What constraints say of a leaf with one name. */
async function check(
  { permitted = [], excluded = [] }: { permitted?: Uint8Array[]; excluded?: Uint8Array[] },
  name: Uint8Array | Subject,
): Promise<string | undefined> {
  const list = (number: number, bases: Uint8Array[]): Uint8Array =>
    bases.length === 0
      ? new Uint8Array()
      : encodeConstructed(number, ...bases.map((base) => encodeSequence(base)));
  const constraints = encodeSequence(list(0, permitted), list(1, excluded));
  const issuer = await certificate([generalName(2, "x")], { commonName: "ca" }, constraints);
  const leaf = await (name instanceof Uint8Array
    ? certificate([name], {})
    : certificate([generalName(8, Uint8Array.of(0x2a, 3))], name));
  return violatedConstraint(issuer, { below: [leaf], budget: { left: 1_000 } });
}

const dns = (text: string) => generalName(2, text);
const email = (text: string) => generalName(1, text);
const uri = (text: string) => generalName(6, text);
const ip = (...bytes: number[]) => generalName(7, Uint8Array.from(bytes));
const directory = (subject: Subject) => encodeTlv(0xa4, buildName(subject));

describe("violatedConstraint() with a permitted subtree", () => {
  const rows: [base: Uint8Array, name: Uint8Array | Subject, isPermitted: boolean][] = [
    [dns("example.com"), dns("example.com"), true],
    [dns("example.com"), dns("A.Example.COM"), true],
    [dns("example.com"), dns("*.example.com"), true],
    [dns("example.com"), dns("badexample.com"), false],
    [dns(".example.com"), dns("a.example.com"), true],
    [dns(".example.com"), dns("example.com"), false],
    [dns("a.example.com"), dns("*.example.com"), false],
    [dns(""), dns("anything"), true],
    [dns("example.com"), uri("https://other.org"), true],
    [email("a@example.com"), email("a@EXAMPLE.com"), true],
    [email("a@example.com"), email("A@example.com"), false],
    [email("example.com"), email("a@example.com"), true],
    [email("example.com"), email("a@b.example.com"), false],
    [email(".example.com"), email("a@b.example.com"), true],
    [uri("example.com"), uri("https://u@example.com:1/x"), true],
    [uri("example.com"), uri("https://a.example.com"), false],
    [uri(".example.com"), uri("https://a.example.com"), true],
    [uri("example.com"), uri("https://10.0.0.1"), false],
    [uri("example.com"), uri("urn:x"), false],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 9, 8, 7), true],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(11, 9, 8, 7), false],
    [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(...new Array(16).fill(10)), false],
    [directory({ country: "DE" }), { country: "DE", commonName: "x" }, true],
    [directory({ country: "DE" }), { commonName: "x" }, false],
    [directory({ organization: "Ex  ample" }), { organization: "EX ample" }, true],
    [directory({ country: "DE" }), directory({ country: "FR" }), false],
    [generalName(8, Uint8Array.of(0x2a)), generalName(8, Uint8Array.of(0x2a, 3)), false],
  ];
  for (const [base, name, isPermitted] of rows) {
    const shown = [base, name instanceof Uint8Array ? name : buildName(name)]
      .map((der) =>
        Buffer.from(der)
          .toString("latin1")
          .replace(/[^ -~]/g, "·"),
      )
      .join(" and ");
    it(`${isPermitted ? "takes" : "refuses"} ${shown}`, async () => {
      const violated = await check({ permitted: [base] }, name);
      assert.equal(violated === undefined, isPermitted);
    });
  }
});

describe("violatedConstraint() with an excluded subtree", () => {
  const rows: [base: Uint8Array, name: Uint8Array | Subject, isExcluded: boolean][] = [
    [dns("example.com"), dns("a.example.com"), true],
    [dns("example.com"), dns("example.org"), false],
    [dns("a.example.com"), dns("*.example.com"), true],
    [uri("example.com"), uri("https://a.example.com"), true],
    [uri("example.com"), uri("urn:x"), true],
    [uri("example.com"), uri("https://example.org"), false],
    [email("example.com"), { commonName: "a@example.com" }, false],
    [directory({ country: "DE" }), { country: "de" }, true],
  ];
  for (const [base, name, isExcluded] of rows) {
    it(JSON.stringify([Buffer.from(base).toString("latin1"), isExcluded]), async () => {
      const violated = await check({ excluded: [base] }, name);
      assert.equal(violated !== undefined, isExcluded);
    });
  }
});

describe("violatedConstraint()", () => {
  it("says which name breaks which rule", async () => {
    assert.equal(
      await check({ permitted: [dns("a.b")] }, dns("c.d")),
      'its name constraints do not permit "dns:c.d"',
    );
    assert.equal(
      await check({ excluded: [dns("c.d")] }, dns("c.d")),
      'its name constraints exclude "dns:c.d"',
    );
  });

  it("compares no more names than its budget", async () => {
    const constraints = encodeSequence(encodeConstructed(0, encodeSequence(dns("a"))));
    const issuer = await certificate([dns("x")], { commonName: "ca" }, constraints);
    const leaf = await certificate([dns("a"), dns("b.a"), dns("c.a")], {});
    throwsX509Error(() => violatedConstraint(issuer, { below: [leaf], budget: { left: 2 } }), {
      code: "ERR_X509_TOO_LARGE",
    });
  });
});
