import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import {
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  type Signer,
  templateForKey,
} from "@countersign/x509";
import { passGate } from "./certificate-gate.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const HOUR_MS = 3_600_000;

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

describe("passGate()", () => {
  const caSigner = newSigner();
  const leafSigner = newSigner();
  const publicKeyDer = leafSigner.publicKeyDer;
  let caPem: string;
  let issueLeaf: (notBefore: Date, durationMs: number) => Promise<string>;

  before(async () => {
    const caDer = await createSelfSignedCertificate({
      subject: { commonName: "Root" },
      signer: caSigner,
      isCA: true,
      durationMs: 1_000 * 24 * HOUR_MS,
      now: new Date("2025-01-01T00:00:00Z"),
    });
    caPem = encodePem("CERTIFICATE", caDer);
    issueLeaf = async (now, durationMs) => {
      const template = templateForKey(publicKeyDer, {
        subject: { commonName: "web" },
        durationMs,
        now,
        usages: ["digital signature"],
      });
      const issuer = parseCertificate(caDer);
      const der = await issueCertificate(template, { issuer, signer: caSigner });
      return encodePem("CERTIFICATE", der);
    };
  });

  it("passes a certificate for the request's key, leaf first and the root taken out", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const verdict = passGate({ certificate: caPem + leafPem }, { publicKeyDer, now: NOW });
    assert.deepEqual(verdict, { gate: "passed", certificatePem: leafPem, caPem });
  });

  it("prefers the ca that the author returned", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const issued = { certificate: leafPem + caPem, ca: "OTHER" };
    const verdict = passGate(issued, { publicKeyDer, now: NOW });
    assert.equal(verdict.gate === "passed" && verdict.caPem, "OTHER");
  });

  it("passes a lone certificate without a ca", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const verdict = passGate({ certificate: leafPem }, { publicKeyDer, now: NOW });
    assert.deepEqual(verdict, { gate: "passed", certificatePem: leafPem });
  });

  it("refuses a certificate for another key, with its serial", async () => {
    const leafPem = await issueLeaf(NOW, HOUR_MS);
    const other = newSigner().publicKeyDer;
    const verdict = passGate({ certificate: leafPem }, { publicKeyDer: other, now: NOW });
    assert.match(
      verdict.gate === "refused" ? verdict.message : "",
      /^The CA's certificate is not published because it is for another key than the request's \(serial [0-9a-f]+\)\.$/,
    );
  });

  it("refuses a certificate that has ended", async () => {
    const leafPem = await issueLeaf(new Date(NOW.getTime() - 2 * HOUR_MS), HOUR_MS);
    const verdict = passGate({ certificate: leafPem }, { publicKeyDer, now: NOW });
    assert.match(
      verdict.gate === "refused" ? verdict.message : "",
      /^The CA's certificate is not published because it ended on 2026-05-31T23:00:00\.000Z \(serial [0-9a-f]+\)\.$/,
    );
  });

  it("waits for a certificate that begins within five minutes", async () => {
    const notBefore = new Date(NOW.getTime() + 300_000);
    const leafPem = await issueLeaf(notBefore, HOUR_MS);
    const verdict = passGate({ certificate: leafPem }, { publicKeyDer, now: NOW });
    assert.deepEqual(verdict, { gate: "early", notBefore });
  });

  it("refuses a certificate that begins later than that", async () => {
    const leafPem = await issueLeaf(new Date(NOW.getTime() + 301_000), HOUR_MS);
    const verdict = passGate({ certificate: leafPem }, { publicKeyDer, now: NOW });
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
      const verdict = passGate({ certificate }, { publicKeyDer, now: NOW });
      assert.match(
        verdict.gate === "refused" ? verdict.message : "",
        /^The CA's certificate is not published because it cannot be read \(.+\)\.$/,
      );
    }
  });
});
