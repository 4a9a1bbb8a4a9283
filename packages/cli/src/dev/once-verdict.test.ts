import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConditionedObject } from "./object-row.ts";
import { type Verdict, verdictOn } from "./once-verdict.ts";

const SINCE = new Date("2026-05-01T12:00:00.700Z");
const target = { namespace: "default", name: "web" };
const READY = { type: "Ready", status: "True", observedGeneration: 2 } as const;
const NOT_READY = {
  type: "Ready",
  status: "False",
  reason: "DoesNotExist",
  message: "There is no Secret",
} as const;
const FAILED = {
  type: "Issuing",
  status: "False",
  reason: "Failed",
  message: "The CA refused it",
} as const;

function certificate(status: object): ConditionedObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { ...target, uid: "c", generation: 2 },
    spec: { issuerRef: { kind: "AcmeIssuer", name: "ca" } },
    status,
  } as ConditionedObject;
}

function request(name: string, createdAt: string): ConditionedObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: {
      namespace: "default",
      name,
      creationTimestamp: createdAt,
      ownerReferences: [{ apiVersion: "v1", kind: "Certificate", name: "web", uid: "c" }],
    },
    status: { conditions: [{ ...NOT_READY, reason: "Pending", message: `${name} waits` }] },
  };
}

function issuer(namespace: string | undefined, message: string): ConditionedObject {
  return {
    apiVersion: "acme.example.com/v1",
    kind: "AcmeIssuer",
    metadata: { name: "ca", ...(namespace === undefined ? {} : { namespace }) },
    status: { conditions: [{ type: "Ready", status: "False", reason: "Pending", message }] },
  };
}

const NAME = "Certificate default/web";

const ROWS: readonly [rule: string, objects: readonly ConditionedObject[], verdict: Verdict][] = [
  ["ready when its Certificate is", [certificate({ conditions: [READY] })], { is: "ready" }],
  [
    "open while its Certificate is not there",
    [],
    { is: "open", waits: [`${NAME} is not there yet`] },
  ],
  [
    "open while Ready is of an earlier spec",
    [certificate({ conditions: [{ ...READY, observedGeneration: 1, reason: "Ready" }] })],
    { is: "open", waits: [`${NAME}: Ready`] },
  ],
  [
    "failed when the Certificate has failed since",
    [certificate({ conditions: [NOT_READY, FAILED], lastFailureTime: "2026-05-01T12:00:00Z" })],
    { is: "failed", reasons: [`${NAME}: Failed: The CA refused it`] },
  ],
  [
    "open when it has failed only before",
    [certificate({ conditions: [NOT_READY, FAILED], lastFailureTime: "2026-05-01T11:59:59Z" })],
    { is: "open", waits: [`${NAME}: Failed: The CA refused it`] },
  ],
  [
    "open, with the words of its newest request and its issuer",
    [
      issuer("default", "The CA does not answer"),
      issuer("other", "Not its issuer"),
      certificate({ conditions: [NOT_READY] }),
      request("web-2", "2026-05-01T12:00:02Z"),
      request("web-1", "2026-05-01T12:00:01Z"),
    ],
    {
      is: "open",
      waits: [
        `${NAME}: DoesNotExist: There is no Secret; CertificateRequest default/web-2: Pending: web-2 waits; AcmeIssuer default/ca: Pending: The CA does not answer`,
      ],
    },
  ],
];

describe("verdictOn()", () => {
  for (const [rule, objects, verdict] of ROWS) {
    it(`is ${rule}`, () => assert.deepEqual(verdictOn([target], objects, SINCE), verdict));
  }

  it("is open while one of several is", () => {
    const other = { namespace: "default", name: "other" };
    const objects = [certificate({ conditions: [READY] })];
    assert.deepEqual(verdictOn([target, other], objects, SINCE), {
      is: "open",
      waits: ["Certificate default/other is not there yet"],
    });
  });
});
