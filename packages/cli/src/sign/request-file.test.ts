import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import { defineIssuer, kindsOf } from "@countersign/issuer";
import { createCsr, createKeySigner } from "@countersign/x509";
import { stringify } from "yaml";
import * as z from "zod";
import { CliError } from "../cli-error.ts";
import {
  type AskedForByFlags,
  parseRequest,
  type RequestFile,
  wrongIssuer,
} from "./request-file.ts";

const group = "acme.example.com";
const kinds = kindsOf([
  defineIssuer({
    group,
    version: "v1",
    kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
    spec: z.object({}),
    async check() {},
    async sign() {
      return { certificate: "" };
    },
  }),
]);

describe("parseRequest()", () => {
  let pem: string;
  let request: string;

  before(async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    pem = await createCsr({
      subject: {},
      dnsNames: ["a.example.com"],
      signer: createKeySigner(key),
    });
    request = Buffer.from(pem).toString("base64");
  });

  const parse = (text: string, asked: AskedForByFlags = {}): RequestFile =>
    parseRequest(text, { path: "r.yaml", kinds, asked });

  const certificateRequest = (spec: object, fields: object = {}): string =>
    stringify({
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      metadata: { name: "web" },
      spec: { request, issuerRef: { group, kind: "AcmeIssuer", name: "ca" }, ...spec },
      ...fields,
    });

  const signingRequest = (signerName: string, fields: object = {}): string =>
    stringify({
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { name: "web", ...fields },
      spec: { request, signerName, usages: ["client auth"], expirationSeconds: 3_600 },
    });

  it("reads a bare CSR, with what the flags ask for beside it", () => {
    const asked = { duration: "1h", usages: ["client auth"], isCA: false };
    const { name, isBare, request: read } = parse(pem, asked);
    assert.deepEqual([name, isBare], ["CSR r.yaml", true]);
    assert.deepEqual(
      [read.durationMs, read.usages, read.isCA],
      [3_600_000, ["client auth"], false],
    );
  });

  it("reads a CertificateRequest: in default where it says no namespace, its status left out", () => {
    const status = { conditions: [{ type: "Denied", status: "True" }] };
    const {
      name,
      issuer,
      request: read,
    } = parse(certificateRequest({ duration: "2h" }, { status }));
    assert.equal(name, "CertificateRequest default/web");
    assert.equal(issuer, "AcmeIssuer.acme.example.com default/ca");
    assert.equal(read.durationMs, 7_200_000);
    assert.notEqual(read.uid, "");
  });

  it("reads a CertificateSigningRequest and the issuer in its signerName", () => {
    const { name, issuer, request: read } = parse(signingRequest(`acmeissuers.${group}/team.ca`));
    assert.equal(name, "CertificateSigningRequest web");
    assert.equal(issuer, "AcmeIssuer.acme.example.com team/ca");
    assert.deepEqual([read.durationMs, read.usages], [3_600_000, ["client auth"]]);
  });

  const KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

  const REFUSED: readonly [
    name: string,
    text: () => string,
    says: RegExp,
    asked?: AskedForByFlags,
  ][] = [
    ["another PEM block", () => KEY, /holds a PEM block PRIVATE KEY, must hold a CSR as PEM/],
    [
      "another kind",
      () => stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }),
      /holds a Secret of v1, must hold a CSR as PEM/,
    ],
    [
      "several requests",
      () => `${certificateRequest({})}---\n${certificateRequest({})}`,
      /holds several objects, must hold one request/,
    ],
    [
      "flags beside a request that says itself",
      () => certificateRequest({}),
      /--duration, --usage and --ca are for a bare CSR/,
      { isCA: true },
    ],
    [
      "an unknown usage",
      () => certificateRequest({ usages: ["sing"] }),
      /Cannot sign r\.yaml: .*sing/,
    ],
    ["no spec", () => certificateRequest({}, { spec: null }), /its spec is incomplete\. Correct/],
    ["no CSR in it", () => certificateRequest({ request: "AAAA" }), /Cannot sign r\.yaml: .*CSR/],
    [
      "a duration annotation that is too short",
      () =>
        signingRequest(`acmeissuers.${group}/team.ca`, {
          annotations: { "experimental.cert-manager.io/request-duration": "1m" },
        }),
      /request-duration is 1m, must be 10m or more/,
    ],
  ];
  for (const [name, text, says, asked] of REFUSED) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parse(text(), asked),
        (error: Error) => {
          assert.match(error.message, says);
          return error instanceof CliError && error.code === "ERR_CLI_USAGE";
        },
      );
    });
  }

  it("and wrongIssuer() tells a request for another issuer, or for none of the definition's", () => {
    const ours = "AcmeIssuer.acme.example.com default/ca";
    assert.equal(wrongIssuer(parse(certificateRequest({})), ours), undefined);
    assert.equal(wrongIssuer(parse(pem), ours), undefined);
    const other = certificateRequest({ issuerRef: { group, kind: "AcmeIssuer", name: "other" } });
    assert.match(
      wrongIssuer(parse(other), ours) ?? "",
      /refers to AcmeIssuer default\/other, and not/,
    );
    const foreign = certificateRequest({ issuerRef: { name: "ca" } });
    assert.match(wrongIssuer(parse(foreign), ours) ?? "", /refers to no issuer of this definition/);
  });
});
