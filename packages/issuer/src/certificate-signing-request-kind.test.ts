import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import { createCsr, createKeySigner } from "@countersign/x509";
import type { CertificateSigningRequest } from "./certificate-signing-request.ts";
import { certificateSigningRequestKind as kind } from "./certificate-signing-request-kind.ts";
import type { Condition } from "./condition.ts";
import type { RequestPhase } from "./request-kind.ts";

const KINDS = [
  { group: "acme.example.com", kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true },
  {
    group: "acme.example.com",
    kind: "AcmeClusterIssuer",
    plural: "acmeclusterissuers",
    namespaced: false,
  },
];

let csrPem: string;
before(async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  csrPem = await createCsr({ subject: { commonName: "web" }, signer });
});

function request(change: {
  signerName?: string;
  annotations?: Record<string, string>;
  expirationSeconds?: number;
  usages?: string[];
  conditions?: Condition[];
  certificate?: string;
  deletionTimestamp?: string;
}): CertificateSigningRequest {
  const { conditions, certificate, annotations, deletionTimestamp, ...spec } = change;
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: {
      name: "web",
      uid: "u1",
      ...(annotations && { annotations }),
      ...(deletionTimestamp && { deletionTimestamp }),
    },
    spec: {
      request: Buffer.from(csrPem ?? "").toString("base64"),
      signerName: "acmeclusterissuers.acme.example.com/ca",
      username: "alice",
      groups: ["team-a"],
      ...spec,
    },
    status: { ...(conditions && { conditions }), ...(certificate && { certificate }) },
  };
}

describe("certificateSigningRequestKind.referredIssuer()", () => {
  const rows: [rule: string, signerName: string, key: string | undefined][] = [
    [
      "finds a cluster issuer by its name (T62)",
      "acmeclusterissuers.acme.example.com/ca",
      "AcmeClusterIssuer.acme.example.com ca",
    ],
    [
      "takes the dots of a cluster issuer's name as they are (T63)",
      "acmeclusterissuers.acme.example.com/ca.eu",
      "AcmeClusterIssuer.acme.example.com ca.eu",
    ],
    [
      "finds a namespaced issuer, whose namespace ends at the first dot (C40)",
      "acmeissuers.acme.example.com/team-a.ca.eu",
      "AcmeIssuer.acme.example.com team-a/ca.eu",
    ],
    ["leaves an empty name alone (T64)", "acmeclusterissuers.acme.example.com/", undefined],
    [
      "leaves a namespaced issuer without a namespace alone",
      "acmeissuers.acme.example.com/ca",
      undefined,
    ],
    ["leaves an empty namespace alone", "acmeissuers.acme.example.com/.ca", undefined],
    ["leaves a namespace without a name alone", "acmeissuers.acme.example.com/team-a.", undefined],
    ["leaves another group alone (T36)", "acmeclusterissuers.other.example.com/ca", undefined],
    ["leaves another kind alone (T37)", "others.acme.example.com/ca", undefined],
    ["leaves a name of another form alone (T59)", "kubernetes.io", undefined],
    ["leaves more than two parts alone", "acmeclusterissuers.acme.example.com/ca/x", undefined],
  ];
  for (const [rule, signerName, key] of rows) {
    it(rule, () => assert.equal(kind.referredIssuer(request({ signerName }), KINDS), key));
  }
});

describe("certificateSigningRequestKind.phaseOf()", () => {
  const approved: Condition = { type: "Approved", status: "True" };
  const rows: [rule: string, change: Parameters<typeof request>[0], phase: RequestPhase][] = [
    ["is unapproved without conditions (T35)", {}, "unapproved"],
    ["is open once it is approved", { conditions: [approved] }, "open"],
    [
      "is issued once it has its certificate (T38)",
      { conditions: [approved], certificate: "LS0t" },
      "issued",
    ],
    ["has failed (T39)", { conditions: [approved, { type: "Failed", status: "True" }] }, "failed"],
    [
      "is over when it is denied (T40)",
      { conditions: [{ type: "Denied", status: "True" }] },
      "markedDenied",
    ],
    [
      "is on its way out",
      { conditions: [approved], deletionTimestamp: "2026-01-01T00:00:00Z" },
      "deleting",
    ],
  ];
  for (const [rule, change, phase] of rows) {
    it(rule, () => assert.equal(kind.phaseOf(request(change)), phase));
  }
});

describe("certificateSigningRequestKind.readSigningRequest()", () => {
  const DURATION = "experimental.cert-manager.io/request-duration";
  const HOUR_MS = 3_600_000;
  const durations: [rule: string, change: Parameters<typeof request>[0], ms: number][] = [
    ["asks for 90 days where nothing is said", {}, 2_160 * HOUR_MS],
    ["asks for expirationSeconds", { expirationSeconds: 7_200 }, 2 * HOUR_MS],
    [
      "asks for the annotation's duration rather",
      { annotations: { [DURATION]: "1h" }, expirationSeconds: 7_200 },
      HOUR_MS,
    ],
    ["takes ten minutes as the shortest", { annotations: { [DURATION]: "10m" } }, HOUR_MS / 6],
  ];
  for (const [rule, change, ms] of durations) {
    it(`${rule} (C47)`, () =>
      assert.equal(kind.readSigningRequest(request(change)).durationMs, ms));
  }

  it("refuses a duration below ten minutes (C45)", () => {
    assert.throws(
      () => kind.readSigningRequest(request({ annotations: { [DURATION]: "9m59s" } })),
      {
        code: "ERR_COUNTERSIGN_UNSIGNABLE",
        reason: "InvalidDuration",
        message: `annotation ${DURATION} is 9m59s, must be 10m or more`,
      },
    );
  });

  it("refuses a duration that is none (C45)", () => {
    assert.throws(() => kind.readSigningRequest(request({ annotations: { [DURATION]: "soon" } })), {
      code: "ERR_COUNTERSIGN_UNSIGNABLE",
      reason: "ErrorParseDuration",
      message: /^annotation .+ is no duration: .*soon/,
    });
  });

  it("asks for a CA where the annotation says true, and for its usages as they are (C48)", () => {
    const annotations = { "experimental.cert-manager.io/request-is-ca": "true" };
    const { isCA, usages } = kind.readSigningRequest(request({ annotations, usages: ["signing"] }));
    assert.deepEqual({ isCA, usages }, { isCA: true, usages: ["signing"] });
  });

  it("refuses an unknown usage (C49)", () => {
    assert.throws(() => kind.readSigningRequest(request({ usages: ["flying"] })), {
      code: "ERR_X509_USAGE",
    });
  });
});

describe("certificateSigningRequestKind.mayRefer()", () => {
  function asking(allowed: readonly string[]): { client: Client; asked: object[] } {
    const asked: object[] = [];
    const create = async (
      _: unknown,
      review: { spec: { resourceAttributes: { name: string } } },
    ) => {
      asked.push(review.spec);
      return { status: { allowed: allowed.includes(review.spec.resourceAttributes.name) } };
    };
    return { client: { create } as unknown as Client, asked };
  }
  const ISSUER = "AcmeIssuer.acme.example.com team-a/ca";

  it("asks Kubernetes about the requester, for the issuer's name and for all", async () => {
    const { client, asked } = asking([]);
    assert.equal(await kind.mayRefer?.(client, request({}), ISSUER), false);
    const spec = (name: string): object => ({
      user: "alice",
      uid: undefined,
      groups: ["team-a"],
      extra: undefined,
      resourceAttributes: {
        group: "cert-manager.io",
        resource: "signers",
        verb: "reference",
        namespace: "team-a",
        name,
      },
    });
    assert.deepEqual(asked, [spec("ca"), spec("*")]);
  });

  for (const name of ["ca", "*"]) {
    it(`lets through who may reference ${name}`, async () => {
      assert.equal(await kind.mayRefer?.(asking([name]).client, request({}), ISSUER), true);
    });
  }

  it("lets everybody use a cluster issuer, without asking", async () => {
    const { client, asked } = asking([]);
    const issuer = "AcmeClusterIssuer.acme.example.com ca";
    assert.equal(await kind.mayRefer?.(client, request({}), issuer), true);
    assert.equal(asked.length, 0);
  });
});
