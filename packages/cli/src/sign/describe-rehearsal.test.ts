import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import type { SigningRequest } from "@countersign/issuer";
import {
  type Certificate,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  parseCertificate,
  parseCsr,
} from "@countersign/x509";
import { textOfRehearsal, valueOfRehearsal } from "./describe-rehearsal.ts";
import type { Rehearsal } from "./rehearse.ts";

const check = { type: "ready" } as const;
const NOW = new Date("2026-03-01T12:00:00Z");

describe("valueOfRehearsal()", () => {
  let request: SigningRequest;
  let leaf: Certificate;

  before(async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const csrPem = await createCsr({ subject: { commonName: "a.example.com" }, signer });
    request = {
      namespace: "default",
      name: "web",
      uid: "1",
      csrPem,
      csr: parseCsr(csrPem),
      durationMs: 3_600_000,
      isCA: false,
      usages: ["client auth"],
      groups: [],
      annotations: {},
    };
    const subject = { commonName: "a.example.com" };
    const options = { subject, signer, isCA: true, durationMs: 3_600_000, now: NOW };
    leaf = parseCertificate(await createSelfSignedCertificate(options));
  });

  const of = (rehearsal: Rehearsal) => ({
    name: "CertificateRequest default/web",
    issuerName: "AcmeIssuer default/ca",
    request,
    rehearsal,
    wrongIssuer: undefined,
  });

  const NOT_ISSUED: readonly [name: string, rehearsal: Rehearsal, result: string, says: string][] =
    [
      [
        "the check fails",
        { ended: "check", check: { type: "notReady", message: "No token." } },
        "check",
        "No token.",
      ],
      [
        "the CA takes its time",
        { ended: "sign", check, outcome: { type: "pending", retryAfterMs: 10_000 } },
        "pending",
        "The CA has taken the order: it has not issued yet. A controller would ask again in 10s; to wait for it here, give --wait with a duration.",
      ],
      [
        "the CA fails",
        { ended: "sign", check, outcome: { type: "transient", message: "503" } },
        "transient",
        "Signing failed, and a controller would try again: 503",
      ],
      [
        "the CA refuses",
        { ended: "sign", check, outcome: { type: "permanent", message: "no such name" } },
        "permanent",
        "Signing was refused, and the request would be marked Failed: no such name",
      ],
      [
        "the issuer is at fault",
        { ended: "sign", check, outcome: { type: "issuerAtFault", message: "bad token" } },
        "issuerAtFault",
        "The issuer is at fault, and would be marked not Ready: bad token",
      ],
      [
        "a signal ends it",
        { ended: "sign", check, outcome: { type: "aborted" } },
        "aborted",
        "Signing was ended by a signal.",
      ],
      [
        "the gate refuses",
        {
          ended: "gate",
          check,
          verdict: { gate: "refused", message: "It is for another key." },
          issued: [],
          authorities: [],
          differences: [],
        },
        "refused",
        "It is for another key.",
      ],
      [
        "the certificate is not valid yet",
        {
          ended: "gate",
          check,
          verdict: { gate: "early", notBefore: NOW },
          issued: [],
          authorities: [],
          differences: [],
        },
        "early",
        "The certificate is valid only from 2026-03-01T12:00:00.000Z on, and would be published then. Set the clocks of the CA and of this machine.",
      ],
    ];
  for (const [name, rehearsal, result, message] of NOT_ISSUED) {
    it(`says that nothing would be published when ${name}`, () => {
      const value = valueOfRehearsal(of(rehearsal));
      assert.deepEqual(
        { isIssued: value.isIssued, result: value.result, message: value.message },
        { isIssued: false, result, message },
      );
      assert.match(textOfRehearsal(of(rehearsal)), /^Result {2}✖ /m);
    });
  }

  const issued = (): Rehearsal => ({
    ended: "gate",
    check,
    verdict: { gate: "passed", certificatePem: "PEM", caPem: "CA", differences: [] },
    issued: [leaf],
    authorities: [leaf],
    differences: [
      { aspect: "usages", kind: "missing", detail: "it lacks client auth", reaction: "warn" },
      { aspect: "isCA", kind: "unexpected", detail: "it is a CA's", reaction: "accept" },
    ],
  });

  it("tells of a certificate what is in it, and each difference with its reaction", () => {
    const value = valueOfRehearsal(of(issued()));
    assert.equal(value.isIssued, true);
    assert.equal(value.certificate?.notAfter, "2026-03-01T13:00:00.000Z");
    assert.deepEqual([value.certificatePem, value.caPem], ["PEM", "CA"]);
    const text = textOfRehearsal(of(issued()));
    assert.match(text, /^ {2}it lacks client auth \(is let through, with a warning\)$/m);
    assert.match(text, /^ {2}it is a CA's \(is let through\)$/m);
  });
});
