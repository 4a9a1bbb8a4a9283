/** How much CPU a certificate costs, beside Go. The README says how to read it. */
import {
  certificateTemplate,
  createCsr,
  createKeySigner,
  encodePem,
  issueCertificate,
  parseCsr,
} from "@countersign/x509";
import { encodeTbsCertificate } from "../../packages/x509/src/certificate/encode-tbs-certificate.ts";
import { randomSerialNumber } from "../../packages/x509/src/certificate/serial-number.ts";
import { signatureAlgorithmNamed } from "../../packages/x509/src/signature/signature-algorithms.ts";
import { encodeSignedStructure } from "../../packages/x509/src/signature/signed-structure.ts";
import {
  type KeyKind,
  type KnownAuthority,
  newAuthority,
  newKey,
  toPem,
} from "../../test/x509/authorities.ts";
import type { Judge } from "../../test/x509/judge.ts";
import { goProgram, WITHOUT_GO } from "../../test/x509/tools.ts";
import { median } from "./median.ts";

interface Pair {
  readonly peer: "stdlib" | "cert-manager";
  readonly ours: "without the safety belt" | "with the safety belt";
  readonly bar: number;
}

const PAIRS: readonly Pair[] = [
  { peer: "stdlib", ours: "without the safety belt", bar: 0.9 },
  { peer: "cert-manager", ours: "with the safety belt", bar: 0.8 },
];

const KINDS: readonly KeyKind[] = ["ECDSA P-256", "RSA 2048"];
const ROUNDS = 9;
const CERTIFICATES = { "ECDSA P-256": 1_000, "RSA 2048": 300 } as const;
const DAY_MS = 86_400_000;

type Issue = (csrPem: string, authority: KnownAuthority) => Promise<string>;

const ISSUE: Record<Pair["ours"], Issue> = {
  async "with the safety belt"(csrPem, { certificate: issuer, signer }) {
    const template = certificateTemplate(parseCsr(csrPem), options());
    return encodePem("CERTIFICATE", await issueCertificate(template, { issuer, signer }));
  },
  /** Does not verify its signature, read the certificate again and compare keys. */
  async "without the safety belt"(csrPem, { certificate: issuer, signer }) {
    const template = certificateTemplate(parseCsr(csrPem), options());
    const algorithmDer =
      signatureAlgorithmNamed(signer.algorithm)?.algorithmDer ?? new Uint8Array();
    const tbsDer = encodeTbsCertificate(template, {
      serial: randomSerialNumber(),
      algorithmDer,
      issuerDer: issuer.subjectDer,
      issuerKeyId: issuer.subjectKeyId,
    });
    const signature = await signer.sign(tbsDer);
    return encodePem("CERTIFICATE", encodeSignedStructure(tbsDer, { algorithmDer, signature }));
  },
};

/** Measures every pair and returns whether all bars hold. Without Go there is nothing to compare with. */
export async function benchIssue(): Promise<boolean> {
  if (WITHOUT_GO) {
    console.log(`issue: skipped, ${WITHOUT_GO}`);
    return true;
  }
  using go = await goProgram("bench-issue", new URL("./go", import.meta.url));
  console.log("CPU per certificate, ours : Go's, median of paired runs\n");
  let isWithin = true;
  for (const ca of KINDS) {
    for (const leaf of KINDS) {
      for (const pair of PAIRS) {
        const { ratio, oursUs } = await measure(pair, { go, ca, leaf });
        isWithin &&= ratio <= pair.bar;
        const verdict = ratio <= pair.bar ? "≤" : "ABOVE";
        const title = `${ca} CA, ${leaf} CSR, ${pair.ours} : ${pair.peer}`;
        console.log(
          `${ratio.toFixed(2)} ${verdict} ${pair.bar}  ${title} (${oursUs.toFixed(0)} µs)`,
        );
      }
    }
  }
  return isWithin;
}

async function measure(
  { peer, ours }: Pair,
  { go, ca, leaf }: { go: Judge; ca: KeyKind; leaf: KeyKind },
): Promise<{ ratio: number; oursUs: number }> {
  const authority = await newAuthority(ca, { now: new Date(), durationMs: 365 * DAY_MS });
  const csr = await newCsr(leaf);
  const count = ca === "RSA 2048" ? CERTIFICATES["RSA 2048"] : CERTIFICATES["ECDSA P-256"];
  const work = { peer, count, csr, ca: authority.certificatePem, key: authority.keyPem };
  const ratios: number[] = [];
  const times: number[] = [];
  // The first round warms both up.
  for (let round = 0; round <= ROUNDS; round++) {
    const oursMs = await cpuMs(() => issueMany(ISSUE[ours], { csr, authority, count }));
    const { cpuMs: goMs } = await go.ask<{ cpuMs: number }>(work);
    if (round === 0) continue;
    ratios.push(oursMs / goMs);
    times.push((oursMs * 1_000) / count);
  }
  return { ratio: median(ratios), oursUs: median(times) };
}

async function issueMany(
  issue: Issue,
  { csr, authority, count }: { csr: string; authority: KnownAuthority; count: number },
): Promise<void> {
  for (let i = 0; i < count; i++) await issue(csr, authority);
}

/** Of all threads of this process. */
async function cpuMs(action: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function newCsr(kind: KeyKind): Promise<string> {
  return createCsr({
    subject: { commonName: "web.example.com" },
    signer: createKeySigner(toPem(newKey(kind))),
    dnsNames: ["web.example.com", "www.example.com"],
    ipAddresses: ["10.0.0.1"],
  });
}

function options(): { now: Date; durationMs: number } {
  return { now: new Date(), durationMs: 90 * DAY_MS };
}
