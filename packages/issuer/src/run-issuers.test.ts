import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import { runIssuers } from "./run-issuers.ts";

describe("runIssuers()", () => {
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
