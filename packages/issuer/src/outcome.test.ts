import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  IssuerError,
  messageOf,
  outcomeOfError,
  outcomeOfResult,
  PermanentError,
  pending,
} from "./outcome.ts";

describe("outcomeOfError()", () => {
  it("takes whatever is thrown as transient", () => {
    for (const [thrown, message] of [
      [new Error("HTTP 502"), "HTTP 502"],
      ["just text", "just text"],
      [undefined, "undefined"],
      [null, "null"],
    ] as const) {
      assert.deepEqual(outcomeOfError(thrown), { type: "transient", message });
    }
  });

  it("keeps the delay that the error asks for", () => {
    const error = Object.assign(new Error("HTTP 429"), { retryAfterMs: 5_000 });
    assert.deepEqual(outcomeOfError(error), {
      type: "transient",
      message: "HTTP 429",
      retryAfterMs: 5_000,
    });
  });

  it("tells a PermanentError and an IssuerError by their codes", () => {
    assert.equal(outcomeOfError(new PermanentError("no")).type, "permanent");
    assert.equal(outcomeOfError(new IssuerError("no")).type, "issuerAtFault");
  });

  it("tells the outer of two of them, and the messages of both", () => {
    const cause = new PermanentError("Key revoked");
    assert.deepEqual(outcomeOfError(new IssuerError("HTTP 401", { cause })), {
      type: "issuerAtFault",
      message: "HTTP 401: Key revoked",
    });
  });

  it("tells them from another copy of this package", () => {
    const foreign = Object.assign(new Error("no"), { code: "ERR_COUNTERSIGN_PERMANENT" });
    assert.equal(outcomeOfError(foreign).type, "permanent");
  });
});

describe("outcomeOfResult()", () => {
  it("takes a certificate as issued", () => {
    assert.deepEqual(outcomeOfResult({ certificate: "PEM" }), {
      type: "issued",
      certificate: "PEM",
    });
  });

  it("takes pending() with its order", () => {
    assert.deepEqual(outcomeOfResult(pending({ retryAfterMs: 5, order: "o-1" })), {
      type: "pending",
      retryAfterMs: 5,
      order: "o-1",
    });
  });

  it("ends a request whose order is too long to be kept: another try would order again", () => {
    assert.deepEqual(outcomeOfResult(pending({ order: "x".repeat(3_000) })), {
      type: "permanent",
      message:
        "sign() returned pending() with an order of 3002 bytes, which must have at most 2048: tell the author of the issuer",
    });
  });
});

describe("messageOf()", () => {
  it("adds the causes that the message does not repeat", () => {
    const cause = new Error("ECONNREFUSED 127.0.0.1:1");
    assert.equal(
      messageOf(new Error("fetch failed", { cause })),
      "fetch failed: ECONNREFUSED 127.0.0.1:1",
    );
    assert.equal(
      messageOf(new Error("failed: ECONNREFUSED 127.0.0.1:1", { cause })),
      "failed: ECONNREFUSED 127.0.0.1:1",
    );
  });
});
