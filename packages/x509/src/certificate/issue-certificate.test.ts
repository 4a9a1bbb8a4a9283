import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { createCsr } from "../csr/create-csr.ts";
import { parseCsr } from "../csr/csr.ts";
import { createKeySigner } from "../signature/key-signer.ts";
import type { Signer } from "../signature/signer.ts";
import {
  DAY_MS,
  type KeyKind,
  NOW,
  newBelow,
  newKeyPem,
  newRoot,
  newSigner,
} from "../testdata/fixtures.ts";
import { rejectsX509Error, throwsX509Error } from "../testdata/throws-x509-error.ts";
import { parseCertificate } from "./certificate.ts";
import { templateForKey } from "./certificate-template.ts";
import { issueCertificate } from "./issue-certificate.ts";
import { keyMatchesCertificate } from "./key-matches-certificate.ts";
import { createSelfSignedCertificate } from "./self-signed-certificate.ts";
import { certificateTemplate } from "./template-from-csr.ts";
import { isSelfSigned, verifySignedBy } from "./verify-signed-by.ts";

const request = { durationMs: DAY_MS, now: NOW };
const template = templateForKey(newSigner().publicKeyDer, {
  ...request,
  subject: { commonName: "web" },
  dnsNames: ["web.example.com"],
});

describe("issueCertificate() makes certificates that Node verifies", () => {
  const kinds: KeyKind[] = [
    "RSA 2048",
    "ECDSA P-256",
    "ECDSA P-384",
    "ECDSA P-521",
    "Ed25519",
    "ML-DSA-65",
  ];
  for (const kind of kinds) {
    it(`under ${kind}`, async () => {
      const { certificate: issuer, signer } = await newRoot("root", { signer: newSigner(kind) });
      const csrPem = await createCsr({
        subject: { commonName: "web" },
        signer: newSigner(),
        dnsNames: ["a.example.com", "*.b.example.com"],
        ipAddresses: ["10.0.0.1", "2001:db8::1"],
        emails: ["a@example.com"],
        uris: ["spiffe://a/b"],
      });
      const csr = parseCsr(csrPem);
      const der = await issueCertificate(certificateTemplate(csr, request), { issuer, signer });
      const leaf = new X509Certificate(der);
      const root = new X509Certificate(issuer.der);
      assert.ok(leaf.verify(root.publicKey));
      assert.ok(leaf.checkIssued(root));
      assert.equal(leaf.ca, false);
      assert.equal(leaf.subject, "CN=web");
      assert.equal(
        leaf.subjectAltName,
        "DNS:a.example.com, DNS:*.b.example.com, email:a@example.com, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, URI:spiffe://a/b",
      );
      assert.equal(leaf.validFromDate.toISOString(), "2026-11-24T02:03:04.000Z");
      assert.equal(leaf.validToDate.toISOString(), "2026-11-25T02:03:04.000Z");
    });
  }
});

describe("issueCertificate()", () => {
  it("writes what parseCertificate() reads", async () => {
    const { certificate: issuer, signer } = await newRoot("root");
    const certificate = parseCertificate(
      await issueCertificate(
        { ...template, extendedKeyUsage: ["server auth"], crlDistributionPoints: ["http://crl"] },
        { issuer, signer, serial: Uint8Array.of(0, 0x80, 1) },
      ),
    );
    assert.equal(certificate.serialHex, "8001");
    assert.equal(certificate.issuer, "CN=root");
    assert.deepEqual(certificate.authorityKeyId, issuer.subjectKeyId);
    assert.equal(certificate.subjectKeyId, undefined);
    assert.deepEqual(certificate.basicConstraints, { isCA: false });
    assert.deepEqual(certificate.keyUsage, template.keyUsage);
    assert.deepEqual(certificate.extendedKeyUsage, ["server auth"]);
    assert.deepEqual(
      certificate.extensions.map(({ oid, critical }) => `${oid} ${critical}`),
      [
        "2.5.29.15 true",
        "2.5.29.37 false",
        "2.5.29.19 true",
        "2.5.29.35 false",
        "2.5.29.31 false",
        "2.5.29.17 false",
      ],
    );
    assert.equal(certificate.notBefore.toISOString(), "2026-11-24T02:03:04.000Z");
    assert.ok(verifySignedBy(certificate, issuer));
    assert.ok(!isSelfSigned(certificate));
  });

  it("writes the URLs that Node shows as authority information", async () => {
    const der = await issueCertificate(
      { ...template, issuingCertificateUrls: ["http://ca"], ocspServers: ["http://ocsp"] },
      await rootOptions(),
    );
    assert.equal(
      new X509Certificate(der).infoAccess,
      "OCSP - URI:http://ocsp\nCA Issuers - URI:http://ca",
    );
  });

  it("picks another random serial number each time, positive and of 20 octets at most", async () => {
    const options = await rootOptions();
    const serials = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const { serialHex } = parseCertificate(await issueCertificate(template, options));
      assert.ok(serialHex.length === 40 ? serialHex < "8" : serialHex.length < 40);
      serials.add(serialHex);
    }
    assert.equal(serials.size, 20);
  });

  for (const serial of [
    new Uint8Array(20),
    new Uint8Array(),
    new Uint8Array(20).fill(0x80),
    new Uint8Array(21),
  ]) {
    it(`refuses serial number ${Buffer.from(serial).toString("hex") || "of no bytes"}`, async () => {
      const options = await rootOptions();
      await rejectsX509Error(issueCertificate(template, { ...options, serial }), {
        code: "ERR_X509_VALUE",
      });
    });
  }

  it("refuses a signer that is not the issuer's", async () => {
    const { certificate: issuer } = await newRoot("root");
    await rejectsX509Error(issueCertificate(template, { issuer, signer: newSigner() }), {
      code: "ERR_X509_KEY_MISMATCH",
      message:
        'Cannot issue certificate with issuer "CN=root": signing key is not the issuer\'s, must be its private key',
    });
  });

  it("refuses an issuer that is not a CA", async () => {
    const leaf = await newBelow(await newRoot("root"), { commonName: "leaf", isCA: false });
    await rejectsX509Error(
      issueCertificate(template, { issuer: leaf.certificate, signer: leaf.signer }),
      {
        code: "ERR_X509_NOT_A_CA",
        message:
          'Cannot issue certificate with issuer "CN=leaf": it is not a CA certificate, must be a CA that may sign certificates',
      },
    );
  });

  it("never returns a certificate whose signature does not hold", async () => {
    const { certificate: issuer, signer } = await newRoot("root");
    const wrong = { ...signer, sign: () => newSigner().sign(Uint8Array.of(1)) };
    await rejectsX509Error(issueCertificate(template, { issuer, signer: wrong }), {
      code: "ERR_X509_SIGNATURE",
      message:
        "Cannot issue certificate: signature does not verify with the ECDSA P-256 key, must be made with it",
    });
  });

  it("refuses a signer whose algorithm does not fit its key", async () => {
    const { certificate: issuer, signer } = await newRoot("root");
    for (const algorithm of ["sha256WithRSAEncryption", "ecdsa-with-SHA1", "unheard of"]) {
      await rejectsX509Error(
        issueCertificate(template, { issuer, signer: { ...signer, algorithm } }),
        {
          code: "ERR_X509_UNSUPPORTED",
          message: `Cannot sign with key: its algorithm is "${algorithm}", must be one for ECDSA P-256, such as ecdsa-with-SHA256`,
        },
      );
    }
  });

  it("refuses a signer over a weak key, wherever the key is", async () => {
    const publicKeyDer = createPublicKey(newKeyPem("RSA 1024")).export({
      format: "der",
      type: "spki",
    });
    const signer: Signer = {
      algorithm: "sha256WithRSAEncryption",
      publicKeyDer,
      sign: () => Promise.reject(new Error("must not be called")),
    };
    await rejectsX509Error(
      createSelfSignedCertificate({ ...request, signer, subject: { commonName: "root" } }),
      {
        code: "ERR_X509_WEAK_KEY",
        message: "Cannot sign with key: it is RSA 1024, must be at least RSA 2048",
      },
    );
  });

  it("passes a signer's own error on", async () => {
    const { certificate: issuer, signer } = await newRoot("root");
    const failing = { ...signer, sign: () => Promise.reject(new Error("HSM is on fire")) };
    await assert.rejects(issueCertificate(template, { issuer, signer: failing }), {
      message: "HSM is on fire",
    });
  });
});

describe("createSelfSignedCertificate()", () => {
  it("makes a root with a key identifier of its own and none of an authority", async () => {
    const { certificate } = await newRoot("root", { pathLength: 1 });
    assert.ok(isSelfSigned(certificate));
    assert.equal(certificate.subjectKeyId?.length, 20);
    assert.equal(certificate.authorityKeyId, undefined);
    assert.deepEqual(certificate.basicConstraints, { isCA: true, pathLength: 1 });
    assert.deepEqual(certificate.keyUsage, ["cert sign", "crl sign"]);
    const node = new X509Certificate(certificate.der);
    assert.ok(node.ca && node.verify(node.publicKey));
  });
});

describe("templateForKey()", () => {
  it("makes what a control plane needs: a serving certificate with addresses, a client in system:masters", async () => {
    const options = await rootOptions();
    const { publicKeyDer } = newSigner();
    const serving = templateForKey(publicKeyDer, {
      ...request,
      subject: { commonName: "kube-apiserver" },
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1", "10.0.0.1"],
      usages: ["digital signature", "server auth"],
    });
    const client = templateForKey(publicKeyDer, {
      ...request,
      subject: { commonName: "admin", organization: "system:masters" },
      usages: ["digital signature", "client auth"],
    });
    const servingNode = new X509Certificate(await issueCertificate(serving, options));
    assert.equal(servingNode.checkIP("10.0.0.1"), "10.0.0.1");
    assert.equal(servingNode.checkHost("localhost"), "localhost");
    const clientNode = new X509Certificate(await issueCertificate(client, options));
    assert.equal(clientNode.subject, "O=system:masters\nCN=admin");
    assert.deepEqual(clientNode.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  });
});

describe("templateForKey() refuses a path length", () => {
  for (const [isCA, pathLength] of [
    [false, 0],
    [true, -1],
    [true, 256],
    [true, 0.5],
  ] as const) {
    it(`of ${pathLength} with isCA ${isCA}`, () => {
      const options = { ...request, subject: {}, isCA, pathLength };
      throwsX509Error(() => templateForKey(template.publicKeyDer, options), {
        code: "ERR_X509_VALUE",
        message: `Cannot make certificate template: path length is ${pathLength}, must be 0 to 255 and only for a CA`,
      });
    });
  }
});

describe("keyMatchesCertificate()", () => {
  it("takes a signer or a key in PEM", async () => {
    const keyPem = newKeyPem();
    const signer = createKeySigner(keyPem);
    const { certificate } = await newRoot("root", { signer });
    assert.ok(keyMatchesCertificate(keyPem, certificate));
    assert.ok(keyMatchesCertificate(signer, certificate));
    assert.ok(!keyMatchesCertificate(newSigner(), certificate));
  });
});

async function rootOptions() {
  const { certificate: issuer, signer } = await newRoot("root");
  return { issuer, signer };
}
