// What linters and openssl say of certificates: every kind of CA, every kind of leaf, with and without
// the options that depart from cert-manager.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  certificateTemplate,
  createCsr,
  createKeySigner,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
  verifyPath,
} from "@countersign/x509";
import { type KeyKind, type KnownAuthority, newAuthority, newKey, toPem } from "./authorities.ts";
import type { Judge } from "./judge.ts";
import { findZlint, startPythonJudge, WITHOUT_GO, WITHOUT_PYTHON } from "./tools.ts";

const execute = promisify(execFile);
const DAY_MS = 86_400_000;
const now = new Date();

const AUTHORITIES: readonly { kind: KeyKind; algorithm?: string }[] = [
  { kind: "RSA 2048" },
  { kind: "RSA 2048", algorithm: "RSASSA-PSS with SHA-256" },
  { kind: "RSA 3072" },
  { kind: "ECDSA P-256" },
  { kind: "ECDSA P-384" },
  { kind: "ECDSA P-521" },
  { kind: "Ed25519" },
  { kind: "ML-DSA-44" },
  { kind: "ML-DSA-65" },
  { kind: "ML-DSA-87" },
];
const LEAVES: readonly KeyKind[] = [
  "RSA 2048",
  "ECDSA P-256",
  "ECDSA P-384",
  "Ed25519",
  "ML-DSA-65",
];

/** Findings that cert-manager's semantics bring along, and the option that each goes away with. */
const INHERITED = {
  subjectKeyId: [
    "zlint warn w_ext_subject_key_identifier_missing_sub_cert",
    "pkilint WARNING pkix.certificate_skid_end_entity_missing",
  ],
  dropKeyEnciphermentForEC: {
    RSA: [],
    ECDSA: [
      "zlint error e_ecdsa_allowed_ku",
      "pkilint ERROR pkix.key_usage_value_prohibited_for_ec",
    ],
    Ed25519: ["pkilint ERROR pkix.key_usage_value_prohibited_for_edwards_curve"],
    "ML-DSA": ["pkilint ERROR pkix.key_usage_value_prohibited_for_mldsa"],
  },
} as const;

/** zlint and pkilint verify no ML-DSA signature, and so do not see that a root is its own issuer. */
const ML_DSA_ROOT = [
  "zlint error e_ext_authority_key_identifier_no_key_identifier",
  "pkilint NOTICE pkix.aki_absent_self_issued_and_unsupported_algorithm",
];

const ZLINT_SOURCES = "RFC3279,RFC5280,RFC5480,RFC5891,RFC6962,RFC8813,Community";
const ZLINT_FINDS_NOTHING = ["pass", "NA", "NE", "info"];

/** The options with which linters find nothing. */
const CLEAN = {
  usages: ["digital signature", "server auth"],
  backdateMs: 60_000,
  subjectKeyId: true,
  dropKeyEnciphermentForEC: true,
  rejectUnknownEKU: true,
  crlDistributionPoints: ["http://crl.example.com/ca.crl"],
  ocspServers: ["http://ocsp.example.com"],
  issuingCertificateUrls: ["http://ca.example.com/ca.cer"],
};

async function newLeaf(
  { certificate: issuer, signer }: KnownAuthority,
  { kind, isClean }: { kind: KeyKind; isClean: boolean },
): Promise<Uint8Array> {
  const csrPem = await createCsr({
    subject: { commonName: "web.example.com", organization: "Countersign" },
    signer: createKeySigner(toPem(newKey(kind))),
    dnsNames: ["web.example.com"],
    ipAddresses: ["10.0.0.1"],
  });
  const options = { now, durationMs: 30 * DAY_MS, ...(isClean && CLEAN) };
  const template = certificateTemplate(parseCsr(csrPem), options);
  return issueCertificate(template, { issuer, signer, clampToIssuer: isClean });
}

function inheritedBy(kind: KeyKind): string[] {
  const family = (["RSA", "ECDSA", "Ed25519", "ML-DSA"] as const).find((each) =>
    kind.startsWith(each),
  );
  const encipherment = family ? INHERITED.dropKeyEnciphermentForEC[family] : [];
  return [...INHERITED.subjectKeyId, ...encipherment].toSorted();
}

describe("linters", { skip: WITHOUT_GO || WITHOUT_PYTHON }, () => {
  let directory: string;
  let zlint: string;
  let python: Judge;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "lint-matrix-"));
    zlint = await findZlint();
    python = await startPythonJudge();
  });
  after(async () => {
    python[Symbol.dispose]();
    await rm(directory, { recursive: true });
  });

  /** All but remarks, such as pkilint's that key identifiers are those of RFC 7093. */
  async function findings(der: Uint8Array): Promise<string[]> {
    const path = join(directory, "certificate.pem");
    await writeFile(path, encodePem("CERTIFICATE", der));
    const { stdout } = await execute(zlint, ["-includeSources", ZLINT_SOURCES, path]);
    const lints = Object.entries(JSON.parse(stdout) as Record<string, { result: string }>);
    assert.ok(lints.length > 50, `zlint ran only ${lints.length} lints`);
    const question = { ask: "lint", der: Buffer.from(der).toString("base64") };
    const judged = await python.ask<{ findings?: string[]; error?: string }>(question);
    assert.equal(judged.error, undefined);
    return [
      ...lints
        .filter(([, { result }]) => !ZLINT_FINDS_NOTHING.includes(result))
        .map(([name, { result }]) => `zlint ${result} ${name}`),
      ...(judged.findings ?? [])
        .filter((finding) => !finding.startsWith("INFO"))
        .map((finding) => `pkilint ${finding}`),
    ].toSorted();
  }

  /** openssl knows ML-DSA from 3.5 on, which few machines have. */
  async function opensslVerifies(authority: KnownAuthority, der: Uint8Array): Promise<void> {
    const [caFile, file] = [join(directory, "ca.pem"), join(directory, "leaf.pem")];
    await writeFile(caFile, authority.certificatePem);
    await writeFile(file, encodePem("CERTIFICATE", der));
    const { stdout } = await execute("openssl", [
      "verify",
      "-x509_strict",
      "-CAfile",
      caFile,
      file,
    ]);
    assert.match(stdout, /: OK$/m);
  }

  for (const { kind, algorithm } of AUTHORITIES) {
    describe(`under a CA of ${kind}${algorithm ? ` that signs ${algorithm}` : ""}`, () => {
      let authority: KnownAuthority;
      before(async () => {
        const begin = new Date(now.getTime() - DAY_MS);
        const options = { now: begin, durationMs: 365 * DAY_MS };
        authority = await newAuthority(kind, { ...options, ...(algorithm && { algorithm }) });
      });

      it("find nothing in the CA's own certificate", async () => {
        const expected = kind.startsWith("ML-DSA") ? ML_DSA_ROOT.toSorted() : [];
        assert.deepEqual(await findings(authority.certificate.der), expected);
      });

      for (const leaf of LEAVES) {
        for (const isClean of [true, false]) {
          it(`find ${isClean ? "nothing" : "what cert-manager's way brings along"} in a leaf of ${leaf}${isClean ? " with the clean options" : ""}`, async () => {
            const der = await newLeaf(authority, { kind: leaf, isClean });
            assert.deepEqual(await findings(der), isClean ? [] : inheritedBy(leaf));
            const path = verifyPath(parseCertificate(der), { roots: [authority.certificate], now });
            assert.equal(path.length, 2);
            const isClassical = ![kind, leaf].some((each) => each.startsWith("ML-DSA"));
            if (isClassical) await opensslVerifies(authority, der);
          });
        }
      }
    });
  }
});
