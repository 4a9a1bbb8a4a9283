import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import type { Client, Logger } from "@countersign/kube";
import { UnapprovedError, whileApprovalIsUnsupported } from "./unapproved-guard.ts";

const MINUTE_MS = 60_000;

/** A cluster's OpenAPI of CertificateRequests with these fields. */
function document(...fields: string[]) {
  const CertificateRequest = {
    properties: {
      spec: { properties: Object.fromEntries(fields.map((name) => [name, {}])) },
    },
    "x-kubernetes-group-version-kind": [
      { group: "cert-manager.io", version: "v1", kind: "CertificateRequest" },
    ],
  };
  return { components: { schemas: { CertificateRequest } } };
}

describe("whileApprovalIsUnsupported()", () => {
  let answer: () => unknown;
  let warnings: string[];
  let stop: AbortController;
  let client: Client;
  let logger: Logger;
  let served: AbortSignal | undefined;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    answer = () => document("request");
    warnings = [];
    stop = new AbortController();
    served = undefined;
    client = { getPath: async () => answer() } as unknown as Client;
    const silent = (): void => {};
    const warn = (_: object, message: string): void => void warnings.push(message);
    logger = { debug: silent, info: silent, error: silent, warn };
  });
  afterEach(() => mock.timers.reset());

  /** Guards something that goes on until its signal aborts. */
  function guard(): Promise<void> {
    return whileApprovalIsUnsupported({ client, logger, signal: stop.signal }, async (signal) => {
      served = signal;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
  }

  /** Lets promises go on that wait for no timer. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function passMinutes(minutes: number): Promise<void> {
    mock.timers.tick(minutes * MINUTE_MS);
    await settle();
  }

  it("does not serve where cert-manager has approval", async () => {
    answer = () => document("request", "username");
    await assert.rejects(guard(), {
      name: "UnapprovedError",
      code: "ERR_APPROVAL_SUPPORTED",
      message:
        "Cannot sign unapproved requests (feature gate LegacyUnapprovedRequests): the cert-manager of this cluster has approval, which this would go round; turn the gate off",
    });
    assert.equal(served, undefined);
  });

  it("does not serve where that cannot be told", async () => {
    answer = () => ({});
    await assert.rejects(guard(), {
      code: "ERR_APPROVAL_UNKNOWN",
      message:
        "Cannot sign unapproved requests (feature gate LegacyUnapprovedRequests): this cluster serves no cert-manager.io/v1 CertificateRequest, so whether its cert-manager has approval cannot be told; install cert-manager first, or turn the gate off",
    });
    assert.equal(served, undefined);
  });

  it("does not serve where the API server does not answer", async () => {
    answer = () => {
      throw new Error("refused");
    };
    await assert.rejects(guard(), { message: "refused" });
    assert.equal(served, undefined);
  });

  it("warns at once and every 5 minutes until the signal, which ends what it serves", async () => {
    const guarding = guard();
    await settle();
    assert.deepEqual(warnings, [
      "Requests are signed without approval: whoever may create a CertificateRequest gets a certificate. Upgrade cert-manager to 1.3 or newer and turn this feature gate off",
    ]);
    await passMinutes(4);
    assert.equal(warnings.length, 1);
    await passMinutes(1);
    assert.equal(warnings.length, 2);
    stop.abort();
    await guarding;
    assert.equal(served?.aborted, true);
  });

  it("ends what it serves when cert-manager has got approval", async () => {
    const guarding = guard();
    const rejected = assert.rejects(guarding, (error) => error instanceof UnapprovedError);
    await settle();
    answer = () => document("request", "username");
    await passMinutes(5);
    await rejected;
    assert.equal(served?.aborted, true);
  });

  it("goes on where that cannot be told later, and says so", async () => {
    const guarding = guard();
    await settle();
    answer = () => {
      throw new Error("refused");
    };
    await passMinutes(5);
    assert.equal(warnings[1], "Cannot tell whether cert-manager has approval now");
    assert.equal(served?.aborted, false);
    stop.abort();
    await guarding;
  });

  it("throws what it serves throws, and warns no more", async () => {
    const failing = whileApprovalIsUnsupported(
      { client, logger, signal: stop.signal },
      async () => {
        throw new Error("broken");
      },
    );
    await assert.rejects(failing, { message: "broken" });
    const { length } = warnings;
    await passMinutes(10);
    assert.equal(warnings.length, length);
  });
});
