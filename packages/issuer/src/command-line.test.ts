import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { type ControllerFlags, commandLine, type ManifestFlags } from "./command-line.ts";

/** What the program would do, or the words in which it refuses. */
async function read(...args: string[]): Promise<ControllerFlags | ManifestFlags | string> {
  let flags: ControllerFlags | ManifestFlags | undefined;
  let said = "";
  const program = commandLine("acme", {
    runController: async (given) => {
      flags = given;
    },
    printManifests: (given) => {
      flags = given;
    },
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: (text) => (said += text) });
  }
  try {
    await program.parseAsync(["node", "acme", ...args]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return said;
  }
  assert.ok(flags);
  return flags;
}

describe("commandLine()", () => {
  it("serves by default, with these defaults", async () => {
    assert.deepEqual(await read(), {
      leaderElect: false,
      maxRetryDuration: 600_000,
      certificateRequests: true,
      certificateSigningRequests: true,
      maxConcurrentRequests: 32,
      featureGates: new Set(),
      logLevel: "info",
    });
  });

  it("reads the flags of Go's issuer controllers", async () => {
    const flags = await read(
      "--kubeconfig=/k",
      "--cluster-resource-namespace=ns",
      "--leader-elect=false",
      "--max-retry-duration=1m30s",
      "--max-pending-duration=24h",
      "--certificate-requests=true",
      "--certificate-signing-requests=false",
      "--max-concurrent-requests=4",
      "--feature-gates=LegacyUnapprovedRequests=true",
      "--log-level=debug",
    );
    assert.deepEqual(flags, {
      kubeconfig: "/k",
      clusterResourceNamespace: "ns",
      leaderElect: false,
      maxRetryDuration: 90_000,
      maxPendingDuration: 86_400_000,
      certificateRequests: true,
      certificateSigningRequests: false,
      maxConcurrentRequests: 4,
      featureGates: new Set(["LegacyUnapprovedRequests"]),
      logLevel: "debug",
    });
  });

  for (const [args, words] of [
    [
      ["--leader-elect"],
      /--leader-elect is true, must be false: this version has no leader election, run one replica/,
    ],
    [["--leader-elect=maybe"], /must be true or false/],
    [["--max-retry-duration=10"], /must be a duration such as 90s, 10m or 1h30m/],
    [["--max-concurrent-requests=0"], /must be a whole number from 1/],
    [
      ["--feature-gates=Nonsense=true"],
      /^error: option '--feature-gates <gates>' argument 'Nonsense=true' is invalid\. "Nonsense" is no feature gate, must be one of LegacyUnapprovedRequests\.$/m,
    ],
    [
      ["--feature-gates=LegacyUnapprovedRequests"],
      /"LegacyUnapprovedRequests" must be LegacyUnapprovedRequests=true or LegacyUnapprovedRequests=false\.$/m,
    ],
    [["--log-level=loud"], /Allowed choices are debug, info, warn, error/],
    [["manifests", "--secret-names=ca"], /must be namespace\/name/],
    [["--nonsense"], /unknown option '--nonsense'/],
    [["manifests", "--service-account=acme"], /must be namespace\/name/],
  ] as const) {
    it(`refuses ${args.join(" ")} and says what it must be`, async () => {
      assert.match(String(await read(...args)), words);
    });
  }

  it("reads each flag from the environment as well", async (context) => {
    context.mock.property(process, "env", {
      CLUSTER_RESOURCE_NAMESPACE: "ns",
      LEADER_ELECT: "false",
      MAX_RETRY_DURATION: "1m",
      MAX_PENDING_DURATION: "2h",
      CERTIFICATE_REQUESTS: "false",
      CERTIFICATE_SIGNING_REQUESTS: "true",
      MAX_CONCURRENT_REQUESTS: "4",
      FEATURE_GATES: "LegacyUnapprovedRequests=true",
      LOG_LEVEL: "warn",
    });
    assert.deepEqual(await read(), {
      clusterResourceNamespace: "ns",
      leaderElect: false,
      maxRetryDuration: 60_000,
      maxPendingDuration: 7_200_000,
      certificateRequests: false,
      certificateSigningRequests: true,
      maxConcurrentRequests: 4,
      featureGates: new Set(["LegacyUnapprovedRequests"]),
      logLevel: "warn",
    });
  });

  it("prints manifests for the accounts and namespaces that are named", async () => {
    const flags = await read(
      "manifests",
      "--rbac",
      "--service-account=issuers/acme",
      "--secret-namespaces=a,b",
      "--secret-names=c/ca",
      "--namespaces=a,c",
      "--cluster-resource-namespace=shared",
      "--certificate-signing-requests=false",
    );
    assert.deepEqual(flags, {
      crds: false,
      rbac: true,
      serviceAccount: { namespace: "issuers", name: "acme" },
      secretNamespaces: ["a", "b"],
      secretNames: [{ namespace: "c", name: "ca" }],
      namespaces: ["a", "c"],
      clusterResourceNamespace: "shared",
      certificateSigningRequests: false,
      certManagerServiceAccount: { namespace: "cert-manager", name: "cert-manager" },
    });
  });
});
