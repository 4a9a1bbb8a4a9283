import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readApprovalSupport } from "@countersign/issuer";
import { type Client, isApiError } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type CertManagerVersion,
  type ControlPlane,
} from "@countersign/testing";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { startApiOfCertManager } from "./cluster/api-of-cert-manager.ts";
import { createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest, decideRequest, issuedSubject, writersOf } from "./cluster/requests.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";
import { withoutRights } from "./cluster/without-rights.ts";

const namespace = "default";
const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };

/** A row of docs/support-matrix.md. */
interface Row {
  readonly certManager: CertManagerVersion;
  /** Whether the API server can select requests by their issuerRef. */
  readonly hasSelectableFields: boolean;
  /** Whether it can stream a list (WatchList). @default true */
  readonly hasStreamedLists?: boolean;
}

const ROWS: readonly Row[] = [
  { certManager: "1.16.5", hasSelectableFields: false },
  { certManager: "1.19.4", hasSelectableFields: false },
  { certManager: "1.21.2", hasSelectableFields: true },
  { certManager: "1.21.2", hasSelectableFields: true, hasStreamedLists: false },
];

for (const { certManager, hasSelectableFields, hasStreamedLists = true } of ROWS) {
  const lists = hasStreamedLists ? "" : ", and no streamed lists";
  describe(`with the API of cert-manager ${certManager}${lists}`, () => {
    let controlPlane: ControlPlane;
    let client: Client;

    before(async () => {
      controlPlane = await startApiOfCertManager(certManager, {
        apiServerArgs: hasStreamedLists ? [] : ["--feature-gates=WatchList=false"],
      });
      client = controlPlane.client;
      await serveIssuers(controlPlane, { secretNamespaces: [namespace] });
      await createCaIssuer(client, { kind: "CAIssuer", namespace, name: "ca" });
    });
    after(() => controlPlane?.stop());

    it("the API server has what the row says, and no more", async () => {
      const fieldSelector = `spec.issuerRef.group=${GROUP}`;
      assert.equal(
        await takes(client.list(CERTIFICATE_REQUESTS, { fieldSelector })),
        hasSelectableFields,
      );
      assert.equal(await takes(streamedList(client)), hasStreamedLists);
    });

    it("an approved request is issued, and one that is not is left alone", async () => {
      await createRequest(client, { namespace, name: "waits", issuerRef });
      await createRequest(client, { namespace, name: "approved", issuerRef });
      await decideRequest(client, { namespace, name: "approved" }, "Approved");
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name: "approved" };
      const wanted = { type: "Ready", status: "True", reason: "Issued" };
      const issued = await waitForCondition(client, target, wanted);
      assert.equal(issuedSubject(issued), "CN=approved.example.com");
      assert.equal(conditionOf(issued, "Approved")?.message, "Approved by the test");

      const waits = await client.get(CERTIFICATE_REQUESTS, { namespace, name: "waits" });
      assert.equal(waits.status?.conditions, undefined);
      assert.equal(writersOf(waits).includes(GROUP), false);
    });

    it("a denied request is marked Denied with failureTime, and never issued", async () => {
      await createRequest(client, { namespace, name: "denied", issuerRef });
      await decideRequest(client, { namespace, name: "denied" }, "Denied");
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name: "denied" };
      const wanted = { type: "Ready", status: "False", reason: "Denied" };
      const denied = await waitForCondition(client, target, wanted);
      assert.ok(Date.parse(denied.status?.failureTime ?? "") > 0);
      assert.equal(denied.status?.certificate, undefined);
      assert.equal(conditionOf(denied, "Denied")?.message, "Denied by the test");
    });

    it("an account without rights can tell that cert-manager has approval", async () => {
      const support = await withoutRights(controlPlane, (nobody) => readApprovalSupport(nobody));
      assert.equal(support, "supported");
    });
  });
}

/** Begins a watch with the objects that exist, and gives it up when the API server has taken it. */
async function streamedList(client: Client): Promise<void> {
  const lines = await client.watch(CERTIFICATE_REQUESTS, { sendInitialEvents: true });
  for await (const _ of lines) return;
}

/** Whether the API server knows what it is asked for. */
async function takes(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isApiError(error, "BadRequest") || isApiError(error, "Invalid")) return false;
    throw error;
  }
}
