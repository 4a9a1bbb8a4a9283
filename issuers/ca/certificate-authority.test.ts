import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import { ReferencedObject } from "@countersign/issuer";
import {
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  templateForKey,
} from "@countersign/x509";
import {
  type CertificateAuthority,
  readCertificateAuthority,
  requireNotEnded,
  requireOneChain,
} from "./certificate-authority.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const YEAR_MS = 365 * 24 * 3_600_000;

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function selfSignedPem(
  keyPem: string,
  options: { isCA: boolean; now?: Date },
): Promise<string> {
  const der = await createSelfSignedCertificate({
    subject: { commonName: "Team CA" },
    signer: createKeySigner(keyPem),
    durationMs: YEAR_MS,
    now: NOW,
    ...options,
  });
  return encodePem("CERTIFICATE", der);
}

function secret(entries: Record<string, string>): ReferencedObject {
  const bytes = Object.entries(entries).map(([key, text]) => [key, Buffer.from(text)] as const);
  return new ReferencedObject({ kind: "Secret", namespace: "ns", name: "ca" }, new Map(bytes));
}

describe("readCertificateAuthority()", () => {
  const keyPem = newKeyPem();
  let caPem: string;
  let entries: Record<string, string>;

  before(async () => {
    caPem = await selfSignedPem(keyPem, { isCA: true });
    entries = { "tls.crt": caPem, "tls.key": keyPem };
  });

  function read(change: Record<string, string | undefined> = {}): unknown {
    const changed = Object.entries({ ...entries, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return readCertificateAuthority(secret(Object.fromEntries(changed)));
  }

  it("reads certificate, key and chain", () => {
    const authority = read() as ReturnType<typeof readCertificateAuthority>;
    assert.equal(authority.certificate.subject, "CN=Team CA");
    assert.equal(authority.chainPem, caPem);
  });

  it("adds the root that ca.crt holds to the chain", () => {
    const authority = read({ "ca.crt": caPem }) as ReturnType<typeof readCertificateAuthority>;
    assert.equal(authority.chainPem, caPem + caPem);
  });

  it("has what does not join into one chain refused", async () => {
    const stranger = await selfSignedPem(newKeyPem(), { isCA: true });
    const authority = read({ "ca.crt": stranger }) as CertificateAuthority;
    assert.throws(() => requireOneChain(authority), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message:
        'Secret ns/ca: the chain in tls.crt and ca.crt cannot be used: Cannot order chain: "CN=Team CA" issued none of the other certificates and was issued by none, must be one chain',
    });
    requireOneChain(read() as CertificateAuthority);
  });

  it("reads a CA that has ended, and has it refused: when it ended is still to be told", async () => {
    const now = new Date(NOW.getTime() - 2 * YEAR_MS);
    const ended = await selfSignedPem(keyPem, { isCA: true, now });
    const authority = read({ "tls.crt": ended }) as CertificateAuthority;
    assert.throws(() => requireNotEnded(authority, NOW), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message: "Secret ns/ca: the CA certificate ended on 2025-06-01T00:00:00.000Z: renew it",
    });
    requireNotEnded(read() as CertificateAuthority, NOW);
  });

  it("refuses an algorithm that the key does not have, without blaming the Secret", () => {
    const options = { signatureAlgorithm: "RSASSA-PSS with SHA-256" };
    assert.throws(() => readCertificateAuthority(secret(entries), options), {
      code: "ERR_COUNTERSIGN_ISSUER",
      message:
        'spec.policies.signatureAlgorithm cannot be used: Cannot sign with key: its algorithm is "RSASSA-PSS with SHA-256", must be one for ECDSA P-256, such as ecdsa-with-SHA256',
    });
  });

  const rows: [
    rule: string,
    change: () => Promise<Record<string, string | undefined>>,
    message: string,
  ][] = [
    [
      "a Secret without a key",
      async () => ({ "tls.key": undefined }),
      "Secret ns/ca has no entry tls.key: add it",
    ],
    [
      "a Secret without a certificate",
      async () => ({ "tls.crt": undefined }),
      "Secret ns/ca has no entry tls.crt: add it",
    ],
    [
      "an empty key",
      async () => ({ "tls.key": "" }),
      "Secret ns/ca has an empty entry tls.key: add it",
    ],
    [
      "a key that is no PEM, without a word of it",
      async () => ({ "tls.key": "secret words" }),
      "Secret ns/ca: tls.key cannot be used: Cannot load private key: input has no PEM block, must have one labelled PRIVATE KEY",
    ],
    [
      "a certificate that is no PEM",
      async () => ({ "tls.crt": "words" }),
      "Secret ns/ca: tls.crt cannot be used: Cannot parse certificates: input has no PEM block, must have one labelled CERTIFICATE",
    ],
    [
      "a key of another certificate",
      async () => ({ "tls.key": newKeyPem() }),
      "Secret ns/ca: tls.key is not the key of the certificate in tls.crt (CN=Team CA): put the two together that belong together",
    ],
    [
      "a certificate that is not a CA's",
      async () => ({ "tls.crt": await selfSignedPem(keyPem, { isCA: false }) }),
      "Secret ns/ca: the certificate in tls.crt (CN=Team CA) is not a CA's: it must have the basic constraint CA:TRUE",
    ],
    [
      "a CA certificate that may not sign certificates",
      async () => {
        const signer = createKeySigner(keyPem);
        const template = templateForKey(signer.publicKeyDer, {
          subject: { commonName: "Team CA" },
          durationMs: YEAR_MS,
          now: NOW,
        });
        const narrow = { ...template, isCA: true, keyUsage: ["crl sign"], extendedKeyUsage: [] };
        const issuer = parseCertificate(caPem);
        const der = await issueCertificate(narrow, { issuer, signer });
        return { "tls.crt": encodePem("CERTIFICATE", der) };
      },
      'Secret ns/ca: the certificate in tls.crt (CN=Team CA) may not sign certificates: its key usages must include "cert sign"',
    ],
  ];
  for (const [rule, change, message] of rows) {
    it(`refuses ${rule}, as the issuer's fault`, async () => {
      const changed = await change();
      assert.throws(() => read(changed), { code: "ERR_COUNTERSIGN_ISSUER", message });
    });
  }
});
