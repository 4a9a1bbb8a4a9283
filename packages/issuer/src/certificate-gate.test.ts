import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import {
  type AskedFor,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  type KeyTemplateOptions,
  parseCertificate,
  parseCsr,
  type Signer,
  templateForKey,
} from "@countersign/x509";
import { type GateVerdict, passGate } from "./certificate-gate.ts";
import { DEFAULT_POLICY, type MismatchPolicy } from "./mismatch-policy.ts";
import type { Issued } from "./outcome.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const HOUR_MS = 3_600_000;

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

describe("passGate()", () => {
  const caSigner = newSigner();
  const leafSigner = newSigner();
  let caPem: string;
  let asked: AskedFor;
  let issueLeaf: (
    notBefore: Date,
    durationMs: number,
    change?: Partial<KeyTemplateOptions>,
  ) => Promise<string>;

  before(async () => {
    const caDer = await createSelfSignedCertificate({
      subject: { commonName: "Root" },
      signer: caSigner,
      isCA: true,
      durationMs: 1_000 * 24 * HOUR_MS,
      now: new Date("2025-01-01T00:00:00Z"),
    });
    caPem = encodePem("CERTIFICATE", caDer);
    const csrPem = await createCsr({
      subject: { commonName: "web" },
      dnsNames: ["web.example.com"],
      signer: leafSigner,
    });
    const usages = ["digital signature", "server auth"];
    asked = { csr: parseCsr(csrPem), isCA: false, durationMs: HOUR_MS, usages };
    issueLeaf = async (now, durationMs, change = {}) => {
      const template = templateForKey(leafSigner.publicKeyDer, {
        subject: { commonName: "web" },
        dnsNames: ["web.example.com"],
        durationMs,
        now,
        usages,
        ...change,
      });
      const issuer = parseCertificate(caDer);
      const der = await issueCertificate(template, { issuer, signer: caSigner });
      return encodePem("CERTIFICATE", der);
    };
  });

  function judge(issued: Issued, policy: Partial<MismatchPolicy> = {}): GateVerdict {
    return passGate(issued, { asked, policy: { ...DEFAULT_POLICY, ...policy }, now: NOW });
  }

  it("publishes the CA of each issuer, however often and in whatever order it is asked", async () => {
    const certificate = await issueLeaf(NOW, HOUR_MS);
    const roots = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const subject = { commonName: `Root ${index}` };
        const options = { subject, signer: newSigner(), isCA: true, durationMs: HOUR_MS, now: NOW };
        return encodePem("CERTIFICATE", await createSelfSignedCertificate(options));
      }),
    );
    for (const ca of [...roots, ...roots.toReversed()]) {
      const verdict = judge({ certificate, ca });
      assert.equal(verdict.gate === "passed" && verdict.caPem, ca);
    }
    assert.equal(judge({ certificate, ca: "garbage" }).gate, "refused");
    assert.equal(judge({ certificate, ca: "garbage" }).gate, "refused");
  });

  it("passes a certificate for the request's key, leaf first and the root taken out", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const verdict = judge({ certificate: caPem + leafPem });
    assert.deepEqual(verdict, {
      gate: "passed",
      certificatePem: leafPem,
      caPem,
      differences: [],
    });
  });

  it("prefers the ca that the author returned", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const other = await issueLeaf(NOW, 2 * HOUR_MS);
    const verdict = judge({ certificate: leafPem + caPem, ca: other + caPem });
    assert.equal(verdict.gate === "passed" && verdict.caPem, other + caPem);
  });

  it("passes a lone certificate without a ca", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const verdict = judge({ certificate: leafPem });
    assert.deepEqual(verdict, { gate: "passed", certificatePem: leafPem, differences: [] });
  });

  it("refuses a certificate for another key, with its serial", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const other = await createCsr({ subject: { commonName: "web" }, signer: newSigner() });
    const context = { asked: { ...asked, csr: parseCsr(other) }, policy: DEFAULT_POLICY, now: NOW };
    const verdict = passGate({ certificate: leafPem }, context);
    assert.match(
      verdict.gate === "refused" ? verdict.message : "",
      /^The CA's certificate is not published because it is for another key than the request's \(serial [0-9a-f]+\)\. Have it revoked, and see why the CA signs for that key\.$/,
    );
  });

  it("refuses a certificate that has ended", async () => {
    const leafPem = await issueLeaf(new Date(NOW.getTime() - 2 * HOUR_MS), HOUR_MS);
    const verdict = judge({ certificate: leafPem });
    assert.match(
      verdict.gate === "refused" ? verdict.message : "",
      /^The CA's certificate is not published because it ended on 2026-05-31T23:00:00\.000Z \(serial [0-9a-f]+\)\. Set the clocks of the CA and of this cluster\.$/,
    );
  });

  it("waits for a certificate that begins within five minutes", async () => {
    const notBefore = new Date(NOW.getTime() + 300_000);
    const leafPem = await issueLeaf(notBefore, HOUR_MS);
    const verdict = judge({ certificate: leafPem });
    assert.deepEqual(verdict, { gate: "early", notBefore });
  });

  it("refuses a certificate that begins later than that", async () => {
    const leafPem = await issueLeaf(new Date(NOW.getTime() + 301_000), HOUR_MS);
    const verdict = judge({ certificate: leafPem });
    assert.match(
      verdict.gate === "refused" ? verdict.message : "",
      /because it begins only on 2026-06-01T00:05:01\.000Z/,
    );
  });

  it("refuses what is no certificate, with what was wrong", () => {
    for (const certificate of [
      "",
      "garbage",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ]) {
      const verdict = judge({ certificate });
      assert.match(
        verdict.gate === "refused" ? verdict.message : "",
        /^The CA's certificate is not published because it cannot be read \(.+\)\. See what the CA answers\.$/,
      );
    }
  });

  it("refuses a ca that is no certificate, and a chain that cert-manager would not read (C26)", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    for (const issued of [
      { certificate: leafPem, ca: "garbage" },
      { certificate: await issueLeaf(NOW, HOUR_MS, { dnsNames: manyNames() }) },
    ]) {
      const verdict = judge(issued);
      assert.match(verdict.gate === "refused" ? verdict.message : "", /because it cannot be read/);
    }
  });

  const mismatches: [
    rule: string,
    change: Partial<KeyTemplateOptions>,
    durationMs: number,
    verdict: RegExp,
  ][] = [
    [
      "refuses a name that was not asked for",
      { dnsNames: ["web.example.com", "admin.example.com"] },
      HOUR_MS,
      /^refused: .+ it is not what was asked for: it has "dns:admin\.example\.com", not asked for \(serial/,
    ],
    [
      "refuses a CA's certificate that was not asked for",
      { isCA: true },
      HOUR_MS,
      /^refused: .+: it is a CA's, which was not asked for \(serial/,
    ],
    [
      "lets a missing name pass, and tells it",
      { dnsNames: [] },
      HOUR_MS,
      /^passed: it lacks "dns:web\.example\.com"$/,
    ],
    [
      "lets a shorter duration pass, and tells it",
      {},
      HOUR_MS / 2,
      /^passed: it lasts 30m, 1h was asked for$/,
    ],
    [
      "lets a missing usage pass, and tells it",
      { usages: ["digital signature"] },
      HOUR_MS,
      /^passed: it lacks "server auth"$/,
    ],
    [
      "lets a subject of the CA's own pass",
      { subject: { organization: "Acme" } },
      HOUR_MS,
      /^passed: $/,
    ],
  ];
  for (const [rule, change, durationMs, expected] of mismatches) {
    it(`${rule}, as long as the issuer says nothing else`, async () => {
      const verdict = judge({ certificate: await issueLeaf(NOW, durationMs, change) });
      const said = verdict.gate === "passed" ? verdict.differences.join() : "";
      assert.match(
        `${verdict.gate}: ${verdict.gate === "refused" ? verdict.message : said}`,
        expected,
      );
    });
  }

  it("reacts as the issuer says", async () => {
    const wider = {
      certificate: await issueLeaf(NOW, HOUR_MS, { dnsNames: ["other.example.com"] }),
    };
    const accepting = judge(wider, { unexpectedName: "accept", missingName: "accept" });
    assert.deepEqual(accepting.gate === "passed" && accepting.differences, []);
    const shorter = { certificate: await issueLeaf(NOW, HOUR_MS / 2) };
    assert.equal(judge(shorter, { shorterDuration: "fail" }).gate, "refused");
  });

  it("says of a certificate that ends with its CA why it is short", async () => {
    const end = new Date("2027-09-28T00:00:00Z");
    const untilEndMs = end.getTime() - NOW.getTime();
    const certificate = (await issueLeaf(NOW, untilEndMs)) + caPem;
    const longer = { ...asked, durationMs: 2 * untilEndMs };
    const verdict = passGate({ certificate }, { asked: longer, policy: DEFAULT_POLICY, now: NOW });
    assert.deepEqual(verdict.gate === "passed" && verdict.differences, [
      "it lasts 484d, 968d was asked for, because its CA ends on 2027-09-28T00:00:00.000Z",
    ]);
  });

  it("judges before it waits: an early certificate that is not what was asked for is refused", async () => {
    const notBefore = new Date(NOW.getTime() + 60_000);
    const leafPem = await issueLeaf(notBefore, HOUR_MS, { isCA: true });
    assert.equal(judge({ certificate: leafPem }).gate, "refused");
  });
});

/** Enough names to make a certificate larger than cert-manager reads. */
function manyNames(): string[] {
  return Array.from({ length: 800 }, (_, i) => `host-${i}.a-rather-long-name.example.com`);
}
