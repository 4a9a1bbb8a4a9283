import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineIssuer, kindsOf } from "@countersign/issuer";
import { rbacOf } from "@countersign/issuer/inspect";
import * as z from "zod";
import { describeAccess } from "../cluster/access-review.ts";
import { type NeededRightsOptions, neededRights } from "./needed-rights.ts";

const definition = (kinds: { issuer?: string; clusterIssuer?: string }) =>
  kindsOf([
    defineIssuer({
      group: "acme.example.com",
      version: "v1",
      kinds,
      spec: z.object({}),
      async check() {},
      async sign() {
        return { certificate: "" };
      },
    }),
  ]);

const BOTH = definition({ issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" });
const CLUSTER_ONLY = definition({ clusterIssuer: "AcmeClusterIssuer" });
const ACCOUNT = { namespace: "acme", name: "acme" };

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Every single right that the manifests give to the controller, those on Secrets left out. */
function given(kinds: typeof BOTH, options: NeededRightsOptions): string[] {
  const { namespaces, lease, shards, certificateSigningRequests } = options;
  const manifests = rbacOf(kinds, {
    serviceAccount: ACCOUNT,
    certManager: { namespace: "cert-manager", name: "cert-manager" },
    secretNamespaces: [],
    certificateSigningRequests,
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(lease === undefined ? {} : { lease }),
    ...(shards === undefined ? {} : { shards }),
  });
  const isOfController = (name: string): boolean =>
    !name.endsWith("-approver") && !name.endsWith("-references");
  return manifests
    .filter(({ kind, metadata }) => kind.endsWith("Role") && isOfController(metadata.name))
    .flatMap(({ metadata, rules }) =>
      (rules as readonly Rule[]).flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.flatMap((verb) =>
              (resourceNames ?? [undefined]).map((name) => {
                const { namespace } = metadata;
                return describeAccess({ verb, group, resource, namespace, name });
              }),
            ),
          ),
        ),
      ),
    )
    .sort();
}

describe("neededRights()", () => {
  const ROWS: readonly [name: string, kinds: typeof BOTH, options: NeededRightsOptions][] = [
    [
      "everywhere, with a lease",
      BOTH,
      {
        namespaces: undefined,
        certificateSigningRequests: true,
        lease: { namespace: "acme", name: "acme.example.com" },
        shards: undefined,
      },
    ],
    [
      "where replicas divide the work",
      BOTH,
      {
        namespaces: undefined,
        certificateSigningRequests: true,
        lease: undefined,
        shards: { namespace: "acme" },
      },
    ],
    [
      "in some namespaces",
      BOTH,
      {
        namespaces: ["a", "b"],
        certificateSigningRequests: true,
        lease: undefined,
        shards: undefined,
      },
    ],
    [
      "without CertificateSigningRequests",
      BOTH,
      {
        namespaces: undefined,
        certificateSigningRequests: false,
        lease: undefined,
        shards: undefined,
      },
    ],
    [
      "for a cluster issuer alone",
      CLUSTER_ONLY,
      {
        namespaces: undefined,
        certificateSigningRequests: true,
        lease: undefined,
        shards: undefined,
      },
    ],
  ];
  for (const [name, kinds, options] of ROWS) {
    it(`are those that the manifests give, ${name}`, () => {
      const needed = neededRights(kinds, options).map(({ access }) => describeAccess(access));
      assert.deepEqual(needed.sort(), given(kinds, options));
    });
  }

  it("are few where any issuer is meant, whoever has written it", () => {
    const general = neededRights(CLUSTER_ONLY, {
      namespaces: undefined,
      certificateSigningRequests: true,
      lease: undefined,
      shards: undefined,
    }).filter(({ isGeneral }) => isGeneral);
    assert.deepEqual(
      general.map(({ access }) => describeAccess(access)),
      [
        "list certificaterequests.cert-manager.io",
        "watch certificaterequests.cert-manager.io",
        "list acmeclusterissuers.acme.example.com",
        "watch acmeclusterissuers.acme.example.com",
      ],
    );
  });
});
