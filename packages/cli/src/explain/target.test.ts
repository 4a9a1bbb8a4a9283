import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTarget, type Target } from "./target.ts";

const inTeam = { namespace: "team", name: "web" };

const READ: readonly [args: string[], namespace: string | undefined, target: Target][] = [
  [["certificate", "web"], undefined, { kind: "Certificate", namespace: "default", name: "web" }],
  [["cert", "web"], "team", { kind: "Certificate", ...inTeam }],
  [["Certificates", "team/web"], undefined, { kind: "Certificate", ...inTeam }],
  [["certificate.cert-manager.io/web"], "team", { kind: "Certificate", ...inTeam }],
  [["cr", "team/web"], "team", { kind: "CertificateRequest", ...inTeam }],
  [["certificaterequests", "web"], "team", { kind: "CertificateRequest", ...inTeam }],
  [["cr/web"], "team", { kind: "CertificateRequest", ...inTeam }],
  [["csr", "web"], "team", { kind: "CertificateSigningRequest", name: "web" }],
  [["csr/web"], undefined, { kind: "CertificateSigningRequest", name: "web" }],
];

const REFUSED: readonly [args: string[], namespace: string | undefined, says: string][] = [
  [["secret", "web"], undefined, "Cannot explain secret: it is no kind that can be explained"],
  [
    ["cert"],
    undefined,
    "Cannot explain cert : it must have a name, such as cert web or cert team/web",
  ],
  [["cert", "/web"], undefined, "Cannot explain cert /web: it must have a name"],
  [["cert", "a/b/c"], undefined, "Cannot explain cert a/b/c: it must have a name"],
  [
    ["csr", "team/web"],
    undefined,
    "Cannot explain csr team/web: a CertificateSigningRequest is in no",
  ],
  [["cr", "team/web"], "other", "Cannot explain cr team/web: --namespace is other, must be team"],
];

describe("parseTarget()", () => {
  for (const [args, namespace, target] of READ) {
    it(`reads ${args.join(" ")}${namespace ? ` in namespace ${namespace}` : ""}`, () => {
      assert.deepEqual(parseTarget(args, namespace), target);
    });
  }
  for (const [args, namespace, says] of REFUSED) {
    it(`refuses ${args.join(" ")}${namespace ? ` in namespace ${namespace}` : ""}`, () => {
      assert.throws(
        () => parseTarget(args, namespace),
        (error: Error & { code?: string }) =>
          error.code === "ERR_CLI_USAGE" && error.message.startsWith(says),
      );
    });
  }
});
