/** Asks cert-manager's code anew what it makes of each recorded CSR. See the README beside the vectors. */
import { readFile, writeFile } from "node:fs/promises";
import { type KeyKind, type KnownAuthority, newAuthority } from "./authorities.ts";
import { startGoOracle } from "./tools.ts";

interface Vectors {
  serial: string;
  notBefore: string;
  durationMs: number;
  cas: Record<string, string>;
  cases: { name: string; csr: string; error?: string; tbs?: Record<string, string> }[];
}

const KINDS: readonly KeyKind[] = ["ECDSA P-256", "Ed25519", "RSA 2048"];
const DAY_MS = 86_400_000;

const file = new URL("../../packages/x509/src/testdata/csr-vectors.json", import.meta.url);
const vectors = JSON.parse(await readFile(file, "utf8")) as Vectors;
const notBefore = new Date(vectors.notBefore);
const notAfter = new Date(notBefore.getTime() + vectors.durationMs);
const now = new Date(notBefore.getTime() - 1_000 * DAY_MS);
const authorities = new Map<KeyKind, KnownAuthority>();
for (const kind of KINDS) {
  authorities.set(kind, await newAuthority(kind, { now, durationMs: 10_000 * DAY_MS }));
}
using oracle = await startGoOracle();
for (const each of vectors.cases) {
  delete each.error;
  delete each.tbs;
  const tbs: Record<string, string> = {};
  for (const [kind, { certificatePem: ca, keyPem: key }] of authorities) {
    const { csr: pem, ...asked } = each;
    const question = { ...asked, ask: "issue", pem, serial: vectors.serial, notBefore, notAfter };
    const answer = await oracle.ask<{ error?: string; tbs?: string }>({ ...question, ca, key });
    if (answer.error !== undefined) each.error = answer.error;
    if (answer.tbs !== undefined) tbs[kind] = answer.tbs;
  }
  if (each.error === undefined) each.tbs = tbs;
}
const cas = Object.fromEntries(
  [...authorities].map(([kind, { certificatePem }]) => [kind, certificatePem]),
);
await writeFile(file, `${JSON.stringify({ ...vectors, cas }, null, 2)}\n`);
