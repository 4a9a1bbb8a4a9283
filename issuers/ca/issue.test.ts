import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";
import { ReferencedObject, type SigningRequest } from "@countersign/issuer";
import {
  type Certificate,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  parseCertificate,
  parseCsr,
} from "@countersign/x509";
import { type CertificateAuthority, readCertificateAuthority } from "./certificate-authority.ts";
import { issue } from "./issue.ts";
import { caSpec } from "./spec.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const DAY_MS = 24 * 3_600_000;
const CA_DAYS = 30;

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

describe("issue()", () => {
  const keyPem = newKeyPem();
  let caPem: string;
  let request: SigningRequest;

  before(async () => {
    const der = await createSelfSignedCertificate({
      subject: { commonName: "Team CA" },
      signer: createKeySigner(keyPem),
      isCA: true,
      durationMs: CA_DAYS * DAY_MS,
      now: NOW,
    });
    caPem = encodePem("CERTIFICATE", der);
    const csrPem = await createCsr({
      subject: { commonName: "web" },
      dnsNames: ["web.example.com"],
      signer: createKeySigner(newKeyPem()),
    });
    request = {
      namespace: "ns",
      name: "web-1",
      uid: "u",
      csrPem,
      csr: parseCsr(csrPem),
      durationMs: 90 * DAY_MS,
      isCA: false,
      usages: ["digital signature", "key encipherment", "server auth"],
      groups: [],
      annotations: {},
    };
  });

  async function leafOf(fields: object): Promise<Certificate> {
    const spec = caSpec.parse({ secretName: "ca", ...fields });
    const entries = { "tls.crt": caPem, "tls.key": keyPem };
    const bytes = Object.entries(entries).map(([key, text]) => [key, Buffer.from(text)] as const);
    const place = { kind: "Secret", namespace: "ns", name: "ca" } as const;
    const secret = new ReferencedObject(place, new Map(bytes));
    const authority: CertificateAuthority = readCertificateAuthority(secret, spec.policies);
    const { certificate } = await issue(authority, request, { spec, now: NOW });
    return parseCertificate(certificate);
  }

  function infoAccess(leaf: Certificate): string {
    return new X509Certificate(leaf.der).infoAccess ?? "";
  }

  function holds(leaf: Certificate, text: string): boolean {
    return Buffer.from(leaf.der).includes(text);
  }

  const usages = ["digital signature", "key encipherment"];
  const rows: [rule: string, fields: object, check: (leaf: Certificate) => void][] = [
    [
      "does as cert-manager's CA issuer does when nothing is set",
      {},
      (leaf) => {
        assert.deepEqual(leaf.keyUsage, usages);
        assert.equal(leaf.subjectKeyId, undefined);
        assert.deepEqual(leaf.notBefore, NOW);
        assert.deepEqual(leaf.notAfter, new Date(NOW.getTime() + 90 * DAY_MS));
        assert.equal(infoAccess(leaf), "");
      },
    ],
    [
      "does the same when every policy is off",
      {
        crlDistributionPoints: [],
        policies: { subjectKeyId: false, clampToIssuer: false, backdate: "0" },
      },
      (leaf) => {
        assert.equal(leaf.subjectKeyId, undefined);
        assert.deepEqual(leaf.notAfter, new Date(NOW.getTime() + 90 * DAY_MS));
        assert.deepEqual(leaf.notBefore, NOW);
      },
    ],
    [
      "writes where the CRL is",
      { crlDistributionPoints: ["http://ca.example.com/ca.crl"] },
      (leaf) => assert.ok(holds(leaf, "http://ca.example.com/ca.crl")),
    ],
    [
      "writes the OCSP servers before the CA's own certificate",
      {
        issuingCertificateURLs: ["http://ca.example.com/ca.crt"],
        ocspServers: ["http://ocsp.example.com"],
      },
      (leaf) =>
        assert.equal(
          infoAccess(leaf).trim(),
          "OCSP - URI:http://ocsp.example.com\nCA Issuers - URI:http://ca.example.com/ca.crt",
        ),
    ],
    [
      "leaves out what an EC key cannot do",
      { policies: { dropKeyEnciphermentForEC: true } },
      (leaf) => assert.deepEqual(leaf.keyUsage, ["digital signature"]),
    ],
    [
      "identifies the key",
      { policies: { subjectKeyId: true } },
      (leaf) => assert.equal(leaf.subjectKeyId?.length, 20),
    ],
    [
      "ends with its CA",
      { policies: { clampToIssuer: true } },
      (leaf) => assert.deepEqual(leaf.notAfter, new Date(NOW.getTime() + CA_DAYS * DAY_MS)),
    ],
    [
      "begins earlier, and ends no later",
      { policies: { backdate: "5m" } },
      (leaf) => {
        assert.deepEqual(leaf.notBefore, new Date(NOW.getTime() - 300_000));
        assert.deepEqual(leaf.notAfter, new Date(NOW.getTime() + 90 * DAY_MS));
      },
    ],
    [
      "signs with the algorithm that it is told",
      { policies: { signatureAlgorithm: "ecdsa-with-SHA384" } },
      (leaf) => assert.match(new X509Certificate(leaf.der).signatureAlgorithm ?? "", /SHA384/),
    ],
  ];
  for (const [rule, fields, check] of rows) {
    it(rule, async () => check(await leafOf(fields)));
  }

  it("takes a request that contradicts its CSR for one that can never be issued", async () => {
    const csrPem = await createCsr({
      subject: { commonName: "web" },
      isCA: true,
      signer: createKeySigner(newKeyPem()),
    });
    request = { ...request, csr: parseCsr(csrPem) };
    await assert.rejects(leafOf({}), { code: "ERR_COUNTERSIGN_PERMANENT", message: /CA flag/ });
  });

  it("takes a URL that no certificate can hold for the issuer's fault", async () => {
    const csrPem = await createCsr({
      subject: { commonName: "web" },
      signer: createKeySigner(newKeyPem()),
    });
    request = { ...request, csr: parseCsr(csrPem) };
    const fields = { ocspServers: ["http://ocsp..example.com"] };
    await assert.rejects(leafOf(fields), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: /"http:\/\/ocsp\.\.example\.com"/,
    });
  });
});

describe("the spec of a CAIssuer", () => {
  const refused: [fields: object, why: string][] = [
    [{ ocspServers: [""] }, "an empty URL, as cert-manager does"],
    [{ ocspServers: ["ocsp.example.com"] }, "a URL without a scheme"],
    [{ crlDistributionPoints: ["http://ca.example.com/a b"] }, "a URL with a space"],
    [{ crlDistributionPoints: ["http://ca.example.com/%zz"] }, "a URL with a broken escape"],
    [{ crlDistributionPoints: ["http://bücher.example"] }, "a URL that is not ASCII"],
    [{ policies: { backdate: "-5m" } }, "a certificate that begins later"],
    [{ policies: { signatureAlgorithm: "ecdsa-with-SHA1" } }, "SHA-1"],
  ];
  for (const [fields, why] of refused) {
    it(`refuses ${why}`, () => {
      assert.equal(caSpec.safeParse({ secretName: "ca", ...fields }).success, false);
    });
  }
});
