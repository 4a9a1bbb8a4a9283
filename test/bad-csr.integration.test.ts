import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CERTIFICATE_REQUESTS } from "@countersign/testing";
import { decodePem, encodePem } from "@countersign/x509";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { createCaIssuer, GROUP } from "./cluster/issuers.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };

/** A CSR whose last byte, which belongs to its signature, is another one. */
async function wronglySigned(): Promise<string> {
  const [block] = decodePem(await newCsrPem("web.example.com"));
  assert.ok(block);
  const der = Uint8Array.from(block.der);
  const last = der.length - 1;
  der[last] = (der[last] ?? 0) ^ 1;
  return encodePem(block.label, der);
}

// A control plane of its own, without cert-manager's webhook: that would not let such requests in.
describe("a CertificateRequest that nobody has looked at", () => {
  let plane: PrivateControlPlane;

  before(async () => {
    plane = await startPrivateControlPlane({ webhook: false });
    const { controlPlane } = plane;
    await serveIssuers(controlPlane, { secretNamespaces: [namespace] });
    await createCaIssuer(controlPlane.client, { kind: "CAIssuer", namespace, name: "ca" });
  });
  after(() => plane.controlPlane.stop());

  const rows: [name: string, what: string, csrPem: () => Promise<string>, says: RegExp][] = [
    [
      "garbled",
      "does not parse",
      async () => "not a CSR",
      /^The request cannot be signed: Cannot (parse|read|decode) .+/,
    ],
    [
      "forged",
      "has a wrong signature",
      wronglySigned,
      /^The request cannot be signed: Cannot verify CSR.* signature/,
    ],
  ];
  for (const [name, what, csrPem, says] of rows) {
    it(`fails with the reason when its CSR ${what}`, async () => {
      const { client } = plane.controlPlane;
      await createRequest(client, { namespace, name, issuerRef, csrPem: await csrPem() });
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      const wanted = { type: "Ready", status: "False", reason: "Failed" };
      const failed = await waitForCondition(client, target, wanted);
      assert.match(conditionOf(failed, "Ready")?.message ?? "", says);
      assert.ok(Date.parse(failed.status?.failureTime ?? "") > 0);
    });
  }
});
