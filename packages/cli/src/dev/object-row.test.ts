import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConditionedObject, rowOf } from "./object-row.ts";

type Status = NonNullable<ConditionedObject["status"]>;

const ROWS: readonly [
  rule: string,
  status: Status,
  ready: string,
  reason: string,
  message: string,
][] = [
  ["nothing is said of it", {}, "Unknown", "", "nothing is said of it yet"],
  [
    "it tells Ready",
    { conditions: [{ type: "Ready", status: "True", reason: "Issued", message: "It is." }] },
    "True",
    "Issued",
    "It is.",
  ],
  [
    "a Certificate that failed tells why in Issuing",
    {
      conditions: [
        { type: "Ready", status: "False", reason: "DoesNotExist", message: "There is no Secret" },
        { type: "Issuing", status: "False", reason: "Failed", message: "The CA refused it" },
      ],
    },
    "False",
    "Failed",
    "The CA refused it",
  ],
  [
    "a Certificate is Ready whatever its last renewal came to",
    {
      conditions: [
        { type: "Ready", status: "True", reason: "Ready", message: "Up to date" },
        { type: "Issuing", status: "False", reason: "Failed", message: "The CA refused it" },
      ],
    },
    "True",
    "Ready",
    "Up to date",
  ],
  [
    "a request without Ready was approved",
    { conditions: [{ type: "Approved", status: "True", message: "by an approver" }] },
    "False",
    "Approved",
    "by an approver",
  ],
  [
    "a request was approved and has failed",
    {
      conditions: [
        { type: "Approved", status: "True", message: "by an approver" },
        { type: "Failed", status: "True", message: "The CA refused it" },
      ],
    },
    "False",
    "Failed",
    "The CA refused it",
  ],
  [
    "a CertificateSigningRequest holds its certificate",
    { conditions: [{ type: "Approved", status: "True" }], certificate: "LS0t" },
    "True",
    "Issued",
    "",
  ],
];

describe("rowOf()", () => {
  for (const [rule, status, ready, reason, message] of ROWS) {
    it(`when ${rule}`, () => {
      const row = rowOf({ apiVersion: "v1", kind: "Thing", metadata: { name: "a" }, status });
      assert.deepEqual(row, {
        kind: "Thing",
        namespace: undefined,
        name: "a",
        createdAt: undefined,
        ready,
        reason,
        message,
      });
    });
  }
});
