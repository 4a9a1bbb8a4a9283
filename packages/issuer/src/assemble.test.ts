import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import * as z from "zod";
import { type AssembleOptions, assemble } from "./assemble.ts";
import { defineIssuer, kindsOf } from "./define-issuer.ts";

const definition = defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({}),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});

/** The controllers by name, with how many of their keys are reconciled at once. */
function controllers(change: Partial<AssembleOptions>): Record<string, number | undefined> {
  const silent = (): void => {};
  const assembly = assemble({
    client: {} as unknown as Client,
    kinds: kindsOf([definition]),
    serves: { certificateRequests: true, certificateSigningRequests: true },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    emitEvent: silent,
    fieldOwner: "acme.example.com",
    clusterResourceNamespace: undefined,
    namespaces: undefined,
    signUnapproved: false,
    retryBudgetMs: 0,
    maxConcurrentRequests: 32,
    checkDeadlineMs: 0,
    signDeadlineMs: 0,
    stop: AbortSignal.abort(),
    drain: AbortSignal.abort(),
    ...change,
  });
  const rows = assembly.controllers.map((each) => [each.name, each.maxConcurrentReconciles]);
  return Object.fromEntries(rows);
}

describe("assemble()", () => {
  it("gives each kind of request the workers that are asked for, and issuers their own (G4)", () => {
    assert.deepEqual(controllers({ maxConcurrentRequests: 5 }), {
      issuer: 8,
      certificaterequest: 5,
      certificatesigningrequest: 5,
    });
  });

  it("serves the kinds of request that are switched on, and no others", () => {
    const only = (serves: AssembleOptions["serves"]): string[] =>
      Object.keys(controllers({ serves }));
    assert.deepEqual(only({ certificateRequests: true, certificateSigningRequests: false }), [
      "issuer",
      "certificaterequest",
    ]);
    assert.deepEqual(only({ certificateRequests: false, certificateSigningRequests: true }), [
      "issuer",
      "certificatesigningrequest",
    ]);
  });
});
