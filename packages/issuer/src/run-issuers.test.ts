import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import { runIssuers } from "./run-issuers.ts";

describe("runIssuers()", () => {
  it("refuses a cert-manager whose requests would lose their approval, and says what to do", async () => {
    const silent = (): void => {};
    const properties = {
      spec: { properties: { username: {} } },
      status: { properties: { conditions: {} } },
    };
    const kind = { group: "cert-manager.io", version: "v1", kind: "CertificateRequest" };
    const schemas = { a: { properties, "x-kubernetes-group-version-kind": [kind] } };
    const running = runIssuers({
      definitions: [],
      client: { getPath: async () => ({ components: { schemas } }) } as unknown as Client,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      fieldOwner: "acme.example.com",
    });
    await assert.rejects(running, {
      name: "TypeError",
      message:
        "Cannot serve CertificateRequests: the cluster's cert-manager is older than 1.8, must be 1.16 or newer: what an issuer writes to a request there takes its approval away. Upgrade cert-manager, or start with --certificate-requests=false",
    });
  });

  it("refuses to serve neither kind of request, before it asks the API server anything", async () => {
    const silent = (): void => {};
    const running = runIssuers({
      definitions: [],
      client: {} as unknown as Client,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      fieldOwner: "acme.example.com",
      certificateRequests: false,
      certificateSigningRequests: false,
    });
    await assert.rejects(running, {
      name: "TypeError",
      message:
        "Cannot serve issuers: CertificateRequests and CertificateSigningRequests are both switched off, one must be on",
    });
  });
});
