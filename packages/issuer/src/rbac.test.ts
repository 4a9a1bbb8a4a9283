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
function rights(
  secretNamespaces: string[],
  more: Partial<Parameters<typeof rbacOf>[1]> = {},
): string[] {
  const objects = rbacOf(kindsOf([definition]), {
    serviceAccount: { namespace: "acme", name: "acme" },
    secretNamespaces,
    certManager: { namespace: "cert-manager", name: "cert-manager" },
    ...more,
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
      "ClusterRole acme in *: certificates.k8s.io certificatesigningrequests get,list,watch",
      "ClusterRole acme in *: certificates.k8s.io certificatesigningrequests/status patch",
      "ClusterRole acme in *: certificates.k8s.io signers sign acmeissuers.acme.example.com/*,acmeclusterissuers.acme.example.com/*",
      "ClusterRole acme in *: authorization.k8s.io subjectaccessreviews create",
      "ClusterRole acme in *: acme.example.com acmeclusterissuers list,watch",
      "ClusterRole acme in *: acme.example.com acmeclusterissuers/status patch",
      "ClusterRole acme in *: events.k8s.io events create,patch",
      "ClusterRole acme in *: cert-manager.io certificaterequests get,list,watch",
      "ClusterRole acme in *: cert-manager.io certificaterequests/status patch",
      "ClusterRole acme in *: acme.example.com acmeissuers list,watch",
      "ClusterRole acme in *: acme.example.com acmeissuers/status patch",
      "Role acme-references in acme:  configmaps,secrets get,list,watch",
      "Role acme-references in team-a:  configmaps,secrets get,list,watch",
      "ClusterRole acme-approver in *: cert-manager.io signers approve acmeissuers.acme.example.com/*,acmeclusterissuers.acme.example.com/*",
    ]);
  });

  it("lets Secrets be read in the cluster resource namespace alone when no other is named", () => {
    const roles = rights([]).filter((each) => each.includes("secrets"));
    assert.deepEqual(roles, ["Role acme-references in acme:  configmaps,secrets get,list,watch"]);
  });

  it("gives what is done in a namespace in those alone that are served", () => {
    const served = rights([], { namespaces: ["team-a"] });
    const ofTeam = served.filter((each) => each.includes("in team-a"));
    assert.deepEqual(ofTeam, [
      "Role acme in team-a: cert-manager.io certificaterequests get,list,watch",
      "Role acme in team-a: cert-manager.io certificaterequests/status patch",
      "Role acme in team-a: acme.example.com acmeissuers list,watch",
      "Role acme in team-a: acme.example.com acmeissuers/status patch",
    ]);
    const everywhere = served.filter((each) => each.startsWith("ClusterRole acme in"));
    assert.equal(
      everywhere.some((each) => /certificaterequests|acmeissuers /.test(each)),
      false,
    );
  });

  it("lets no more be read of a namespace than what is named, unless all of it is", () => {
    const secretNames = [
      { namespace: "team-a", name: "ca" },
      { namespace: "team-a", name: "token" },
      { namespace: "team-b", name: "ca" },
    ];
    const roles = rights(["team-b"], { secretNames }).filter((each) => each.includes("secrets"));
    assert.deepEqual(roles, [
      "Role acme-references in acme:  configmaps,secrets get,list,watch",
      "Role acme-references in team-b:  configmaps,secrets get,list,watch",
      "Role acme-references in team-a:  configmaps,secrets get,list,watch ca,token",
    ]);
  });

  it("gives no right on Kubernetes' own requests where they are not served", () => {
    const served = rights([], { certificateSigningRequests: false });
    assert.deepEqual(
      served.filter((each) => /certificates\.k8s\.io|subjectaccessreviews/.test(each)),
      [],
    );
  });

  it("gives no right on cert-manager's requests where they are not served", () => {
    for (const namespaces of [undefined, ["team-a"]]) {
      const served = rights([], { certificateRequests: false, ...(namespaces && { namespaces }) });
      assert.deepEqual(
        served.filter((each) => each.includes("certificaterequests")),
        [],
      );
    }
  });

  it("refuses to serve no namespace at all", () => {
    assert.throws(() => rights([], { namespaces: [] }), {
      name: "TypeError",
      message:
        "Cannot make rights: namespaces is empty, must name a namespace, or be left out for all of them",
    });
  });

  it("lets one lease be used where replicas elect a leader, and any be created", () => {
    const lease = { namespace: "leases", name: "acme.example.com" };
    const roles = rights([], { lease }).filter((each) => each.includes("leases "));
    assert.deepEqual(roles, [
      "Role acme-leader-election in leases: coordination.k8s.io leases create",
      "Role acme-leader-election in leases: coordination.k8s.io leases get,list,watch,update acme.example.com",
    ]);
  });

  it("lets the leases of one namespace be used where replicas divide the work", () => {
    const roles = rights([], { shards: { namespace: "leases" } }).filter((each) =>
      each.includes("leases "),
    );
    assert.deepEqual(roles, [
      "Role acme-shards in leases: coordination.k8s.io leases create,delete,get,list,update,watch",
    ]);
  });
});
