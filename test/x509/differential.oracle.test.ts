// Against cert-manager's own code, live: what it signs, how it orders chains, which keys it reads.
import assert from "node:assert/strict";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import {
  type AccessLocations,
  type Certificate,
  certificateTemplate,
  createKeySigner,
  encodePem,
  issueCertificate,
  orderChain,
  parseCertificate,
  parseCertificates,
  parseCsr,
  templateForKey,
} from "@countersign/x509";
import { STRICTER } from "../../packages/x509/src/testdata/stricter.ts";
import { CLASSICAL, type KnownAuthority, newAuthority, newKey, toPem } from "./authorities.ts";
import type { Judge } from "./judge.ts";
import { sequence } from "./sequence.ts";
import { startGoOracle, WITHOUT_GO } from "./tools.ts";

interface Case extends AccessLocations {
  name: string;
  csr: string;
  usages?: string[];
  isCA?: boolean;
}

const vectorFile = new URL("../../packages/x509/src/testdata/csr-vectors.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(vectorFile, "utf8")) as { cases: Case[] };

const DAY_MS = 86_400_000;
const SERIAL = "6c0ffee0000000000000000000000000000000ff";
const now = new Date("2049-11-24T02:03:04.567Z");
const durationMs = 90 * DAY_MS;

describe("cert-manager's own code", { skip: WITHOUT_GO }, () => {
  let oracle: Judge;
  before(async () => {
    oracle = await startGoOracle();
  });
  after(() => oracle[Symbol.dispose]());

  async function oursOf(c: Case, authority: KnownAuthority): Promise<string | Error> {
    try {
      const template = certificateTemplate(parseCsr(c.csr), { ...c, now, durationMs });
      const { certificate: issuer, signer } = authority;
      const serial = new Uint8Array(Buffer.from(SERIAL, "hex"));
      const der = await issueCertificate(template, { issuer, signer, serial });
      return Buffer.from(parseCertificate(der).tbsDer).toString("base64");
    } catch (error) {
      return error as Error;
    }
  }

  for (const kind of CLASSICAL) {
    it(`signs the same bytes with an ${kind} CA, and refuses the same`, async () => {
      const authority = await newAuthority(kind, { now, durationMs });
      let accepted = 0;
      for (const { csr: pem, ...c } of cases) {
        const answer = await oracle.ask<{ error?: string; tbs?: string }>({
          ...c,
          ask: "issue",
          pem,
          serial: SERIAL,
          notBefore: now,
          notAfter: new Date(now.getTime() + durationMs),
          ca: authority.certificatePem,
          key: authority.keyPem,
        });
        const ours = await oursOf({ csr: pem, ...c }, authority);
        const shown = `${c.name}: ${ours instanceof Error ? ours.message : "accepted"}, ${answer.error ?? "accepted"}`;
        if (c.name in STRICTER) assert.ok(ours instanceof Error && answer.tbs, shown);
        else if (answer.tbs === undefined) assert.ok(ours instanceof Error, shown);
        else assert.equal(ours, answer.tbs, shown);
        if (ours === answer.tbs) accepted += 1;
      }
      assert.ok(accepted > 60, `only ${accepted} were accepted by both`);
    });
  }

  it("orders and refuses the same bundles", async () => {
    const pick = sequence(20_261_124);
    const chains = [await newChain("ECDSA P-256", 4), await newChain("Ed25519", 3)];
    const [first = [], second = []] = chains;
    const outcomes = { same: 0, refused: 0 };
    for (let i = 0; i < 150; i++) {
      const certificates = [
        ...first.filter(() => pick(5) > 0),
        ...(pick(4) === 0 ? second.filter(() => pick(2) > 0) : []),
        ...first.filter(() => pick(6) === 0),
      ];
      const bundle = toPems(shuffled(certificates, pick));
      const answer = await oracle.ask<{ error?: string; chain?: string; ca?: string }>({
        ask: "chain",
        pem: bundle,
      });
      const ours = orderedOrError(bundle);
      if (answer.error === undefined) {
        assert.deepEqual(ours, { chain: answer.chain ?? "", ca: answer.ca ?? "" }, bundle);
        outcomes.same += 1;
      } else {
        assert.ok(ours instanceof Error, `${answer.error}\n${bundle}`);
        outcomes.refused += 1;
      }
    }
    assert.ok(outcomes.same > 30 && outcomes.refused > 30, JSON.stringify(outcomes));
  });

  const encodings: [string, (key: KeyObject) => string | Buffer][] = [
    ["pkcs8", (key) => key.export({ type: "pkcs8", format: "pem" })],
    ["pkcs1", (key) => key.export({ type: "pkcs1", format: "pem" })],
    ["sec1", (key) => key.export({ type: "sec1", format: "pem" })],
  ];
  for (const kind of CLASSICAL) {
    for (const [type, encode] of encodings) {
      const isOfType = { pkcs1: kind.startsWith("RSA"), sec1: kind.startsWith("ECDSA") };
      if (type !== "pkcs8" && !isOfType[type as keyof typeof isOfType]) continue;
      it(`reads the same ${type} key of ${kind}`, async () => {
        const pem = encode(createPrivateKey(toPem(newKey(kind)))).toString();
        const { spki } = await oracle.ask<{ spki?: string }>({ ask: "key", pem });
        assert.equal(Buffer.from(createKeySigner(pem).publicKeyDer).toString("base64"), spki);
      });
    }
  }
});

/** Leaf first, root last. */
async function newChain(kind: "ECDSA P-256" | "Ed25519", length: number): Promise<Certificate[]> {
  const root = await newAuthority(kind, { now, durationMs });
  const chain = [root.certificate];
  let { certificate: issuer, signer } = root;
  for (let i = 1; i < length; i++) {
    const own = createKeySigner(toPem(newKey(kind)));
    const template = templateForKey(own.publicKeyDer, {
      subject: { commonName: `${kind} ${i}` },
      isCA: i < length - 1,
      now,
      durationMs,
    });
    issuer = parseCertificate(await issueCertificate(template, { issuer, signer }));
    signer = own;
    chain.unshift(issuer);
  }
  return chain;
}

function orderedOrError(bundle: string): { chain: string; ca: string } | Error {
  try {
    const { chain, root } = orderChain(parseCertificates(bundle));
    return { chain: toPems(chain), ca: root ? toPems([root]) : "" };
  } catch (error) {
    return error as Error;
  }
}

function toPems(certificates: readonly Certificate[]): string {
  return certificates.map(({ der }) => encodePem("CERTIFICATE", der)).join("");
}

function shuffled<T>(items: readonly T[], pick: (below: number) => number): T[] {
  return items
    .map((item) => ({ item, order: pick(1_000) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
