// Chains signed with ML-DSA (FIPS 204, RFC 9881), verified by Node and by pyca/cryptography.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import {
  type Certificate,
  createKeySigner,
  encodePem,
  isKeyTypeSupported,
  issueCertificate,
  orderChain,
  parseCertificate,
  parseCertificates,
  type Signer,
  templateForKey,
  verifyPath,
} from "@countersign/x509";
import { type KeyKind, newAuthority, newKey, toPem } from "./authorities.ts";
import { startGoOracle, startPythonJudge, WITHOUT_GO, WITHOUT_PYTHON } from "./tools.ts";

const DAY_MS = 86_400_000;
const now = new Date();
const begin = new Date(now.getTime() - DAY_MS);

interface Issued {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

async function issue(
  { certificate: issuer, signer: issuerSigner }: Issued,
  { kind, commonName, isCA }: { kind: KeyKind; commonName: string; isCA: boolean },
): Promise<Issued> {
  const signer = createKeySigner(toPem(newKey(kind)));
  const template = templateForKey(signer.publicKeyDer, {
    subject: { commonName },
    isCA,
    usages: isCA ? ["cert sign", "crl sign"] : ["digital signature"],
    durationMs: 30 * DAY_MS,
    now: begin,
  });
  const der = await issueCertificate(template, { issuer, signer: issuerSigner });
  return { certificate: parseCertificate(der), signer };
}

/** Leaf, intermediate and root. */
async function newChain(kind: KeyKind, leafKind: KeyKind): Promise<Certificate[]> {
  const options = { commonName: "root", now: begin, durationMs: 365 * DAY_MS };
  const root = await newAuthority(kind, options);
  const middle = await issue(root, { kind, commonName: "middle", isCA: true });
  const leaf = await issue(middle, { kind: leafKind, commonName: "leaf", isCA: false });
  return [leaf.certificate, middle.certificate, root.certificate];
}

const KINDS: readonly KeyKind[] = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];

const without = KINDS.every(isKeyTypeSupported) ? false : "this Node has no ML-DSA";

describe("a chain of root, intermediate and leaf", { skip: without }, () => {
  for (const kind of KINDS) {
    for (const leafKind of [kind, "ECDSA P-256"] as const) {
      it(`of ${kind} with a leaf of ${leafKind} is verified by us and by Node`, async () => {
        const [leaf, middle, root] = await newChain(kind, leafKind);
        assert.ok(leaf && middle && root);
        const path = verifyPath(leaf, { intermediates: [middle], roots: [root], now });
        assert.deepEqual(path, [leaf, middle, root]);
        const nodes = path.map(({ der }) => new X509Certificate(der));
        for (const [i, node] of nodes.entries()) {
          const issuer = nodes[i + 1] ?? node;
          assert.ok(node.verify(issuer.publicKey) && node.checkIssued(issuer));
        }
      });

      it(`of ${kind} with a leaf of ${leafKind} is verified by pyca/cryptography`, {
        skip: WITHOUT_PYTHON,
      }, async () => {
        using python = await startPythonJudge();
        const ders = (await newChain(kind, leafKind)).map(({ der }) =>
          Buffer.from(der).toString("base64"),
        );
        const answer = await python.ask<object>({ ask: "chain", chain: ders });
        assert.deepEqual(answer, { findings: ["CN=leaf", "CN=middle", "CN=root,O=Countersign"] });
        const wrong = await python.ask<{ error?: string }>({
          ask: "chain",
          chain: ders.toReversed(),
        });
        assert.match(wrong.error ?? "", /^ValueError/);
      });
    }
  }
});

describe("cert-manager's parser", { skip: without || WITHOUT_GO }, () => {
  it("reads a classical leaf under an ML-DSA CA, and the key of it", async () => {
    using oracle = await startGoOracle();
    const [leaf] = await newChain("ML-DSA-65", "ECDSA P-256");
    assert.ok(leaf);
    const der = Buffer.from(leaf.der).toString("base64");
    const answer = await oracle.ask<{ error?: string; spki?: string }>({ ask: "certificate", der });
    assert.deepEqual(answer.spki, Buffer.from(leaf.publicKeyDer).toString("base64"));
  });

  it("does not yet order a chain with ML-DSA signatures, which we do", async () => {
    using oracle = await startGoOracle();
    const chain = await newChain("ML-DSA-65", "ECDSA P-256");
    const pem = chain.map(({ der }) => encodePem("CERTIFICATE", der)).join("");
    const { error } = await oracle.ask<{ error?: string }>({ ask: "chain", pem });
    assert.match(error ?? "", /broken|malformed/);
    const ordered = orderChain(parseCertificates(pem));
    assert.deepEqual(ordered, { chain: chain.slice(0, 2), root: chain[2] });
  });
});
