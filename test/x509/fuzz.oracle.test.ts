// Mutants of CSRs, certificates, keys and PEM bundles: read by us as Go and OpenSSL read them, or
// refused with a code. The numbers are the same in every run; COUNTERSIGN_FUZZ=<seed>:<count> tries others.
import assert from "node:assert/strict";
import { sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import {
  type Certificate,
  certificateTemplate,
  createKeySigner,
  encodePem,
  type GeneralName,
  issueCertificate,
  orderChain,
  parseCertificate,
  parseCertificates,
  parseCsr,
} from "@countersign/x509";
import { encodeBitString } from "../../packages/x509/src/der/bit-string.ts";
import { encodeSequence } from "../../packages/x509/src/der/encode-tlv.ts";
import { encodeOid } from "../../packages/x509/src/der/object-identifier.ts";
import { type KnownAuthority, newAuthority, newKey, toPem } from "./authorities.ts";
import type { Judge } from "./judge.ts";
import { mutateDer } from "./mutate-der.ts";
import { sequence } from "./sequence.ts";
import { startGoOracle, WITHOUT_GO } from "./tools.ts";

const [seed = 20_261_125, count = 4_000] = (process.env.COUNTERSIGN_FUZZ ?? "")
  .split(":")
  .map((text) => (text === "" ? undefined : Number(text)));

/**
 * Why Go refuses certificates that we read: keys and constraints, which we judge when they are used. A
 * certificate to be published has the key of a CSR, which has verified its signature.
 */
const LAXER = /not on curve|ECDSA parameters|elliptic curve|missing NULL parameters|constraint/i;

/** No single input may take longer: it would be found by hand then. */
const LONGEST_MS = 2_000;

const vectorFile = new URL("../../packages/x509/src/testdata/csr-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(vectorFile, "utf8")) as {
  cases: { csr: string; usages?: string[]; isCA?: boolean; tbs?: object }[];
};
const seeds = vectors.cases.flatMap((each) => {
  const { csr, usages = [], isCA = false, tbs } = each;
  try {
    return tbs ? [{ csr: parseCsr(csr), usages, isCA }] : [];
  } catch {
    return [];
  }
});

const DAY_MS = 86_400_000;
const now = new Date("2026-11-24T02:03:04Z");
const durationMs = 30 * DAY_MS;
const ALGORITHM = encodeSequence(encodeOid("1.2.840.10045.4.3.2"));
const key = newKey("ECDSA P-256");
const { publicKeyDer } = createKeySigner(toPem(key));

/** Takes a refusal, and fails on what is not an X509Error or takes long. */
async function attempt<T>(
  action: () => T | Promise<T>,
  shown: () => string,
): Promise<T | undefined> {
  const start = performance.now();
  try {
    return await action();
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "X509Error", `${error}\n${shown()}`);
    return undefined;
  } finally {
    assert.ok(performance.now() - start < LONGEST_MS, `it took long\n${shown()}`);
  }
}

describe("mutants", { skip: WITHOUT_GO }, () => {
  let oracle: Judge;
  let authority: KnownAuthority;
  before(async () => {
    oracle = await startGoOracle();
    authority = await newAuthority("ECDSA P-256", { now, durationMs: 365 * DAY_MS });
  });
  after(() => oracle[Symbol.dispose]());

  it("of CSRs, signed again, become the certificates that cert-manager makes of them", async (t) => {
    const pick = sequence(seed);
    const outcomes = { both: 0, neither: 0, stricter: 0 };
    for (let i = 0; i < count; i++) {
      const { usages, isCA, csr } = seeds[pick(seeds.length)] ?? assert.fail();
      const other = seeds[pick(seeds.length)]?.csr.tbsDer ?? csr.tbsDer;
      const tbsDer = mutateDer(withOurKey(csr.tbsDer, csr.publicKeyDer), { other, pick });
      const signature = encodeBitString(sign("sha256", tbsDer, key));
      const pem = encodePem("CERTIFICATE REQUEST", encodeSequence(tbsDer, ALGORITHM, signature));
      const ours = await attempt(
        () => issue(pem, { usages, isCA }),
        () => pem,
      );
      const question = { ask: "issue", pem, usages, isCA, serial: "1f", notBefore: now };
      const { tbs, error } = await oracle.ask<{ tbs?: string; error?: string }>({
        ...question,
        notAfter: new Date(now.getTime() + durationMs),
        ca: authority.certificatePem,
        key: authority.keyPem,
      });
      if (ours && tbs) {
        assert.equal(Buffer.from(ours.tbsDer).toString("base64"), tbs, pem);
        assertOpensslSees(ours, pem);
      } else assert.equal(ours, undefined, `cert-manager refuses: ${error}\n${pem}`);
      outcomes[ours ? "both" : tbs ? "stricter" : "neither"] += 1;
    }
    t.diagnostic(JSON.stringify(outcomes));
    assert.ok(
      outcomes.both > count / 20 && outcomes.neither > count / 20,
      JSON.stringify(outcomes),
    );
  });

  it("of certificates have the names that Go and OpenSSL read", async (t) => {
    const pick = sequence(seed + 1);
    const certificates: Uint8Array[] = [authority.certificate.der];
    for (const { csr, usages, isCA } of seeds) {
      const pem = encodePem("CERTIFICATE REQUEST", csr.der);
      const issued = await attempt(
        () => issue(pem, { usages, isCA }),
        () => pem,
      );
      if (issued) certificates.push(issued.der);
    }
    const outcomes = { both: 0, neither: 0, stricter: 0 };
    for (let i = 0; i < count; i++) {
      const der = mutateDer(certificates[pick(certificates.length)] ?? assert.fail(), {
        other: certificates[pick(certificates.length)] ?? assert.fail(),
        pick,
      });
      const pem = encodePem("CERTIFICATE", der);
      const ours = await attempt(
        () => parseCertificate(der),
        () => pem,
      );
      const theirs = await oracle.ask<GoAnswer>({ ask: "certificate", der: toBase64(der) });
      if (ours && theirs.names) {
        assertSameAsGo(ours, theirs, pem);
        assertOpensslSees(ours, pem);
      }
      outcomes[!ours ? (theirs.names ? "stricter" : "neither") : "both"] += 1;
      if (ours && !theirs.names) assert.match(theirs.error ?? "", LAXER, pem);
    }
    t.diagnostic(JSON.stringify(outcomes));
    assert.ok(outcomes.both > count / 20, JSON.stringify(outcomes));
  });

  it("of private keys are the keys that Go reads", async (t) => {
    const pick = sequence(seed + 2);
    const keys = (["RSA 2048", "ECDSA P-256", "ECDSA P-384", "Ed25519"] as const).map(newKey);
    const types = {
      "PRIVATE KEY": "pkcs8",
      "EC PRIVATE KEY": "sec1",
      "RSA PRIVATE KEY": "pkcs1",
    } as const;
    let both = 0;
    for (let i = 0; i < count / 4; i++) {
      const chosen = keys[pick(keys.length)] ?? assert.fail();
      const labels = Object.entries(types).filter(
        ([, type]) =>
          type === "pkcs8" ||
          (type === "sec1" && chosen.asymmetricKeyType === "ec") ||
          (type === "pkcs1" && chosen.asymmetricKeyType === "rsa"),
      );
      const [label, type] = labels[pick(labels.length)] ?? assert.fail();
      const der = new Uint8Array(chosen.export({ type, format: "der" }));
      const pem = encodePem(label, mutateDer(der, { other: der, pick }));
      const ours = await attempt(
        () => createKeySigner(pem),
        () => pem,
      );
      const theirs = await oracle.ask<{ spki?: string }>({ ask: "key", pem });
      if (!ours || !theirs.spki) continue;
      assert.equal(toBase64(ours.publicKeyDer), theirs.spki, pem);
      both += 1;
    }
    t.diagnostic(`${both} read by both`);
    assert.ok(both > count / 400, `${both} read by both`);
  });

  it("of PEM bundles are ordered as cert-manager orders them", async (t) => {
    const pick = sequence(seed + 3);
    const { csr } = seeds[0] ?? assert.fail();
    const leaf = await issue(encodePem("CERTIFICATE REQUEST", csr.der), seeds[0] ?? assert.fail());
    const bundle = encodePem("CERTIFICATE", leaf.der) + authority.certificatePem;
    let both = 0;
    for (let i = 0; i < count / 4; i++) {
      const pem = mutateText(bundle, pick);
      const ours = await attempt(
        () =>
          orderChain(parseCertificates(pem)).chain.map(({ der }) => encodePem("CERTIFICATE", der)),
        () => pem,
      );
      const theirs = await oracle.ask<{ chain?: string; error?: string }>({ ask: "chain", pem });
      if (!ours) continue;
      assert.equal(ours.join(""), theirs.chain, `${theirs.error}\n${pem}`);
      both += 1;
    }
    t.diagnostic(`${both} read by both`);
    assert.ok(both > count / 400, `${both} read by both`);
  });

  async function issue(
    pem: string,
    { usages, isCA }: { usages: readonly string[]; isCA: boolean },
  ): Promise<Certificate> {
    const template = certificateTemplate(parseCsr(pem), { usages, isCA, now, durationMs });
    const { certificate: issuer, signer } = authority;
    const serial = Uint8Array.of(0x1f);
    return parseCertificate(await issueCertificate(template, { issuer, signer, serial }));
  }
});

interface GoAnswer {
  error?: string;
  names?: {
    subject: string;
    dns: string[] | null;
    emails: string[] | null;
    ips: string[] | null;
    uris: number;
  };
}

function assertSameAsGo(ours: Certificate, { names }: GoAnswer, shown: string): void {
  const values = (kind: GeneralName["kind"]): string[] =>
    ours.subjectAltNames.filter((name) => name.kind === kind).map(({ value }) => value);
  assert.equal(toBase64(ours.subjectDer), names?.subject, shown);
  assert.deepEqual(values("dns"), names?.dns ?? [], shown);
  assert.deepEqual(values("email"), names?.emails ?? [], shown);
  assert.equal(values("ip").length, names?.ips?.length ?? 0, shown);
  assert.equal(values("uri").length, names?.uris, shown);
}

/**
 * OpenSSL's text: what is plain must be there word by word. It looks into three kinds that we keep
 * as bytes, and shows nothing at all where it does not like what it finds there.
 */
function assertOpensslSees({ der, subjectAltNames }: Certificate, shown: string): void {
  const text = new X509Certificate(der).subjectAltName ?? "";
  const isOpaque = ({ kind }: GeneralName): boolean =>
    kind === "x400Address" || kind === "ediPartyName" || kind === "otherName";
  if (text === "" && subjectAltNames.some(isOpaque)) return;
  const prefixes = { dns: "DNS:", email: "email:", uri: "URI:" } as const;
  for (const { kind, value } of subjectAltNames) {
    if (!(kind in prefixes) || !/^[A-Za-z0-9.*@:/_-]+$/.test(value)) continue;
    const word = prefixes[kind as keyof typeof prefixes] + value;
    assert.ok(text.split(", ").includes(word), `${word} is not in ${text}\n${shown}`);
  }
  if (subjectAltNames.length > 0) assert.notEqual(text, "", shown);
}

function withOurKey(tbsDer: Uint8Array, theirs: Uint8Array): Uint8Array {
  const at = Buffer.from(tbsDer).indexOf(theirs);
  const parts = [tbsDer.subarray(0, at), publicKeyDer, tbsDer.subarray(at + theirs.length)];
  const joined = Buffer.concat(parts);
  // The outermost header is made anew: the keys differ in length.
  const size = (joined[1] ?? 0) < 0x80 ? 0 : (joined[1] ?? 0) & 0x7f;
  return encodeSequence(new Uint8Array(joined.subarray(2 + size)));
}

function mutateText(text: string, pick: (below: number) => number): string {
  const lines = text.split("\n");
  const index = pick(lines.length);
  const line = lines[index] ?? "";
  const at = pick(line.length + 1);
  const inserted =
    ["\r", " ", "-", "=", ":", "\0", "é", "A", "\n", "-----BEGIN X-----"][pick(10)] ?? "";
  const changes: (() => void)[] = [
    () => void lines.splice(index, 1),
    () => void lines.splice(index, 0, line),
    () => void lines.push(...lines.splice(0, index)),
    () => {
      lines[index] = line.slice(0, at) + inserted + line.slice(at);
    },
    () => {
      lines[index] = line.slice(0, at) + line.slice(at + 1);
    },
    () => void lines.splice(index, 0, inserted),
  ];
  changes[pick(changes.length)]?.();
  return lines.join("\n");
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
