import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { readApprovalSupport } from "@countersign/issuer";
import type { Client } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  type ControlPlane,
  certificateSigningRequest,
  type InstalledController,
  installCertManagerCrds,
  poll,
} from "@countersign/testing";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { startApiOfCertManager } from "./cluster/api-of-cert-manager.ts";
import { createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest, issuedSubject, newCsrPem, writersOf } from "./cluster/requests.ts";
import { waitForCondition } from "./cluster/wait.ts";
import { withoutRights } from "./cluster/without-rights.ts";

const namespace = "default";
const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };
const LOOK_MS = 2_000;
const TIMEOUT_MS = 60_000;

const REFUSAL =
  "countersign-issuers: Cannot sign unapproved requests (feature gate LegacyUnapprovedRequests): the cert-manager of this cluster has approval, which this would go round; turn the gate off";

/** Starts our issuers; their log is that of this start alone. */
function serve(controlPlane: ControlPlane, ...args: string[]): Promise<InstalledController> {
  return serveIssuers(controlPlane, { secretNamespaces: [namespace], args });
}

// The tests of this file build on each other: one cluster, from cert-manager 1.2 to its upgrade.
describe("with the API of cert-manager 1.2, which has no approval", () => {
  let controlPlane: ControlPlane;
  let client: Client;
  let program: InstalledController;

  before(async () => {
    controlPlane = await startApiOfCertManager("1.2.0");
    client = controlPlane.client;
  });
  after(() => controlPlane?.stop());

  it("an account without rights can tell so", async () => {
    const support = await withoutRights(controlPlane, (nobody) => readApprovalSupport(nobody));
    assert.equal(support, "unsupported");
  });

  it("a request is left alone without the feature gate", async () => {
    program = await serve(controlPlane);
    await createCaIssuer(client, { kind: "CAIssuer", namespace, name: "ca" });
    await createRequest(client, { namespace, name: "first", issuerRef });
    await setTimeout(LOOK_MS);
    const request = await client.get(CERTIFICATE_REQUESTS, { namespace, name: "first" });
    assert.equal(request.status, undefined);
    assert.equal(writersOf(request).includes(GROUP), false);
    await program.process.stop();
  });

  it("is issued with it, those that waited among them, and the log warns", async () => {
    program = await serve(controlPlane, "--feature-gates=LegacyUnapprovedRequests=true");
    await createRequest(client, { namespace, name: "second", issuerRef });
    for (const name of ["first", "second"]) {
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      const wanted = { type: "Ready", status: "True", reason: "Issued" };
      const issued = await waitForCondition(client, target, wanted);
      assert.equal(issuedSubject(issued), `CN=${name}.example.com`);
      const types = issued.status?.conditions?.map(({ type }) => type);
      assert.deepEqual(types, ["Ready"], "approval is not ours to give");
    }
    const log = program.process.logTail().map((line) => JSON.parse(line) as LogLine);
    const warning = log.find(({ featureGate }) => featureGate === "LegacyUnapprovedRequests");
    assert.equal(warning?.level, WARN);
    assert.match(warning?.msg ?? "", /^Requests are signed without approval: /);
  });

  it("a CertificateSigningRequest waits for approval all the same, which Kubernetes has always had", async () => {
    const csrPem = await newCsrPem("kubernetes.example.com");
    const signerName = `caissuers.${GROUP}/${namespace}.ca`;
    const draft = certificateSigningRequest({ name: "unapproved", csrPem, signerName });
    await client.create(CERTIFICATE_SIGNING_REQUESTS, draft);
    await setTimeout(LOOK_MS);
    const request = await client.get(CERTIFICATE_SIGNING_REQUESTS, { name: "unapproved" });
    assert.equal(request.status?.certificate, undefined);
    assert.equal(writersOf(request).includes(GROUP), false);
  });

  it("the program does not start again after cert-manager's upgrade", async () => {
    await installCertManagerCrds(controlPlane, { version: "1.21.2" });
    await poll(
      "the upgrade to be told",
      async () => (await readApprovalSupport(client)) === "supported" || undefined,
      { timeoutMs: TIMEOUT_MS },
    );
    const { code, log } = await (await program.restart()).exited;
    assert.equal(code, 1);
    assert.equal(log.at(-1), REFUSAL);
  });
});

describe("with the API of cert-manager 1.16.5, the feature gate", () => {
  let controlPlane: ControlPlane;
  before(async () => {
    controlPlane = await startApiOfCertManager("1.16.5");
  });
  after(() => controlPlane?.stop());

  it("is refused at start with one sentence, by an account with our rights alone", async () => {
    const program = await serve(controlPlane, "--feature-gates=LegacyUnapprovedRequests=true");
    const { code, log } = await program.process.exited;
    assert.equal(code, 1);
    assert.deepEqual(log, [REFUSAL]);
  });

  it("that is off is no matter", async () => {
    const program = await serve(controlPlane, "--feature-gates=LegacyUnapprovedRequests=false");
    await poll(
      "the program to serve",
      async () =>
        program.process.logTail().some((line) => line.includes("Serving issuers")) || undefined,
      { timeoutMs: TIMEOUT_MS },
    );
  });
});

/** What is read here of a line of the program's log. */
interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly featureGate?: string;
}

/** Pino's number for it. */
const WARN = 40;
