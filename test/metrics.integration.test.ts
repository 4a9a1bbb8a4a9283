import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type InstalledController, poll } from "@countersign/testing";
import { ACME_GROUP, serveAcme } from "./cluster/acme.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest } from "./cluster/requests.ts";

const namespace = "default";
const TIMEOUT_MS = 60_000;

/** What kubebuilder's two dashboards read: each of them must be there, whatever its value. */
const SERIES_OF_DASHBOARDS = [
  /^controller_runtime_active_workers\{controller="certificaterequest"\} 0$/m,
  /^controller_runtime_reconcile_errors_total\{controller="certificaterequest"\} 0$/m,
  /^controller_runtime_reconcile_total\{controller="certificaterequest",result="success"\} [1-9]/m,
  /^workqueue_adds_total\{name="certificaterequest",controller="certificaterequest"\} [1-9]/m,
  /^workqueue_depth\{name="certificaterequest",controller="certificaterequest",priority="0"\} 0$/m,
  /^workqueue_queue_duration_seconds_bucket\{le="0.001",name="certificaterequest",/m,
  /^workqueue_work_duration_seconds_bucket\{le="0.001",name="certificaterequest",/m,
  /^workqueue_unfinished_work_seconds\{name="certificaterequest",.*\} 0$/m,
  /^workqueue_retries_total\{name="certificaterequest",.*\} \d/m,
  /^process_cpu_seconds_total \d/m,
  /^process_resident_memory_bytes \d/m,
  /^rest_client_requests_total\{code="200",method="GET",host="127.0.0.1:\d+"\} [1-9]/m,
  /^leader_election_master_status\{name="acme.example.com"\} 1$/m,
];

// A control plane of its own: its one replica holds the lease of the issuers' group.
describe("an issuer's program with --metrics-bind-address", { timeout: 180_000 }, () => {
  let plane: PrivateControlPlane;
  let program: InstalledController;

  before(async () => {
    plane = await startPrivateControlPlane();
    program = await serveAcme(plane.controlPlane, {
      secretNamespaces: [namespace],
      args: [
        "--metrics-bind-address=127.0.0.1:0",
        "--leader-elect",
        "--leader-election-namespace=acme",
      ],
      manifestArgs: ["--leader-elect"],
    });
  });
  after(() => plane.controlPlane.stop());

  /** Where it says that it serves them. */
  async function metricsUrl(): Promise<string> {
    const address = await poll(
      "the address of the metrics",
      async () => {
        const line = program.process.logTail().find((each) => each.includes("Serving metrics"));
        return line === undefined ? undefined : (JSON.parse(line) as { address: string }).address;
      },
      { timeoutMs: TIMEOUT_MS },
    );
    return `http://${address}/metrics`;
  }

  it("has every series that kubebuilder's dashboards read", async () => {
    const url = await metricsUrl();
    await createRequest(plane.controlPlane.client, {
      namespace,
      name: "web",
      issuerRef: { group: ACME_GROUP, kind: "AcmeIssuer", name: "missing" },
    });
    await poll(
      "all series",
      async (signal) => {
        const text = await (await fetch(url, { signal })).text();
        const missing = SERIES_OF_DASHBOARDS.filter((series) => !series.test(text));
        assert.deepEqual(missing, [], text);
        return true;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  });
});
