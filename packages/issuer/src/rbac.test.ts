import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { defineIssuer, kindsOf } from "./define-issuer.ts";
import { rbacOf } from "./rbac.ts";

const definition = defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({}),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  readonly resourceNames?: string[];
}

/** The rights, a line each: where they hold, what they are for. */
function rights(secretNamespaces: string[]): string[] {
  const objects = rbacOf(kindsOf([definition]), {
    serviceAccount: { namespace: "acme", name: "acme" },
    secretNamespaces,
    certManager: { namespace: "cert-manager", name: "cert-manager" },
  }) as unknown as {
    kind: string;
    metadata: { name: string; namespace?: string };
    rules?: Rule[];
  }[];
  return objects.flatMap(({ kind, metadata, rules = [] }) =>
    rules.map((rule) => {
      const where = metadata.namespace ?? "*";
      const what = `${rule.apiGroups.join()} ${rule.resources.join()} ${rule.verbs.join()}`;
      return `${kind} ${metadata.name} in ${where}: ${what} ${rule.resourceNames?.join() ?? ""}`.trim();
    }),
  );
}

describe("rbacOf()", () => {
  it("gives these rights and no others", () => {
    assert.deepEqual(rights(["team-a"]), [
      "ClusterRole acme in *: cert-manager.io certificaterequests get,list,watch",
      "ClusterRole acme in *: cert-manager.io certificaterequests/status patch",
      "ClusterRole acme in *: certificates.k8s.io certificatesigningrequests get,list,watch",
      "ClusterRole acme in *: certificates.k8s.io certificatesigningrequests/status patch",
      "ClusterRole acme in *: certificates.k8s.io signers sign acmeissuers.acme.example.com/*,acmeclusterissuers.acme.example.com/*",
      "ClusterRole acme in *: authorization.k8s.io subjectaccessreviews create",
      "ClusterRole acme in *: acme.example.com acmeissuers,acmeclusterissuers list,watch",
      "ClusterRole acme in *: acme.example.com acmeissuers/status,acmeclusterissuers/status patch",
      "ClusterRole acme in *: events.k8s.io events create,patch",
      "Role acme-references in acme:  configmaps,secrets get,list,watch",
      "Role acme-references in team-a:  configmaps,secrets get,list,watch",
      "ClusterRole acme-approver in *: cert-manager.io signers approve acmeissuers.acme.example.com/*,acmeclusterissuers.acme.example.com/*",
    ]);
  });

  it("lets Secrets be read in the cluster resource namespace alone when no other is named", () => {
    const roles = rights([]).filter((each) => each.includes("secrets"));
    assert.deepEqual(roles, ["Role acme-references in acme:  configmaps,secrets get,list,watch"]);
  });
});
