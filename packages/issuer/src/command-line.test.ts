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

const DEFAULTS = {
  leaderElect: false,
  sharded: false,
  shardRequestsOf: [],
  leaderElectionLeaseDuration: 15_000,
  leaderElectionRenewDeadline: 10_000,
  leaderElectionRetryPeriod: 2_000,
  metricsBindAddress: "0",
  gracefulShutdownTimeout: 25_000,
  maxRetryDuration: 600_000,
  certificateRequests: true,
  certificateSigningRequests: true,
  maxConcurrentRequests: 32,
  featureGates: new Set(),
  logLevel: "info",
};

describe("commandLine()", () => {
  it("serves by default, with these defaults", async () => {
    assert.deepEqual(await read(), DEFAULTS);
  });

  it("reads the flags of Go's issuer controllers", async () => {
    const flags = await read(
      "--kubeconfig=/k",
      "--cluster-resource-namespace=ns",
      "--leader-elect",
      "--leader-election-namespace=ns",
      "--leader-election-id=acme",
      "--leader-election-lease-duration=60s",
      "--leader-election-renew-deadline=40s",
      "--leader-election-retry-period=15s",
      "--health-probe-bind-address=127.0.0.1:0",
      "--metrics-bind-address=:8080",
      "--graceful-shutdown-timeout=5s",
      "--max-retry-duration=1m30s",
      "--max-pending-duration=24h",
      "--certificate-requests=true",
      "--certificate-signing-requests=false",
      "--max-concurrent-requests=4",
      "--max-concurrent-requests-per-issuer=2",
      "--feature-gates=LegacyUnapprovedRequests=true",
      "--log-level=debug",
    );
    assert.deepEqual(flags, {
      kubeconfig: "/k",
      clusterResourceNamespace: "ns",
      leaderElect: true,
      sharded: false,
      shardRequestsOf: [],
      leaderElectionNamespace: "ns",
      leaderElectionId: "acme",
      leaderElectionLeaseDuration: 60_000,
      leaderElectionRenewDeadline: 40_000,
      leaderElectionRetryPeriod: 15_000,
      healthProbeBindAddress: "127.0.0.1:0",
      metricsBindAddress: ":8080",
      gracefulShutdownTimeout: 5_000,
      maxRetryDuration: 90_000,
      maxPendingDuration: 86_400_000,
      certificateRequests: true,
      certificateSigningRequests: false,
      maxConcurrentRequests: 4,
      maxConcurrentRequestsPerIssuer: 2,
      featureGates: new Set(["LegacyUnapprovedRequests"]),
      logLevel: "debug",
    });
  });

  for (const [args, words] of [
    [["--leader-elect=maybe"], /must be true or false/],
    [["--max-retry-duration=10"], /must be a duration such as 90s, 10m or 1h30m/],
    [
      ["--health-probe-bind-address=8081"],
      /must be such as :8081 or 127.0.0.1:8081, or 0 for none/,
    ],
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
    [["--leader-elect", "--sharded"], /^error: --leader-elect and --sharded exclude each other/],
    [
      ["manifests", "--leader-elect", "--sharded"],
      /--leader-elect and --sharded exclude each other/,
    ],
    [["--shard-requests-of=A/b=2"], /takes effect only with --sharded: give both/],
    [["--sharded", "--shard-requests-of=A/b"], /1 to 32/],
    [
      ["--sharded", "--shard-requests-of=A=2"],
      /A=2 must be <kind>\/\[<namespace>\/\]<name>=<ranges>/,
    ],
    [["--nonsense"], /unknown option '--nonsense'/],
    [
      ["manifests", "--out=deploy", "--rbac"],
      /'--out <folder>' cannot be used with option '--rbac'/,
    ],
    [["manifests", "--service-account=acme"], /must be namespace\/name/],
  ] as const) {
    it(`refuses ${args.join(" ")} and says what it must be`, async () => {
      assert.match(String(await read(...args)), words);
    });
  }

  it("takes the issuers whose requests are divided from as many flags as there are", async () => {
    const flags = await read(
      "--sharded",
      "--leader-elect=false",
      "--shard-requests-of=AcmeIssuer/ns/ca=2,AcmeIssuer/ns/other=3",
      "--shard-requests-of=AcmeClusterIssuer/ca=4",
    );
    assert.deepEqual((flags as ControllerFlags).shardRequestsOf, [
      { kind: "AcmeIssuer", namespace: "ns", name: "ca", ranges: 2 },
      { kind: "AcmeIssuer", namespace: "ns", name: "other", ranges: 3 },
      { kind: "AcmeClusterIssuer", name: "ca", ranges: 4 },
    ]);
  });

  it("reads each flag from the environment as well", async (context) => {
    context.mock.property(process, "env", {
      CLUSTER_RESOURCE_NAMESPACE: "ns",
      LEADER_ELECT: "false",
      SHARDED: "true",
      SHARD_REQUESTS_OF: "AcmeClusterIssuer/ca=4",
      LEADER_ELECTION_NAMESPACE: "leases",
      LEADER_ELECTION_ID: "acme",
      LEADER_ELECTION_LEASE_DURATION: "30s",
      LEADER_ELECTION_RENEW_DEADLINE: "20s",
      LEADER_ELECTION_RETRY_PERIOD: "4s",
      HEALTH_PROBE_BIND_ADDRESS: "0",
      METRICS_BIND_ADDRESS: "[::1]:8080",
      GRACEFUL_SHUTDOWN_TIMEOUT: "3s",
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
      sharded: true,
      shardRequestsOf: [{ kind: "AcmeClusterIssuer", name: "ca", ranges: 4 }],
      leaderElectionNamespace: "leases",
      leaderElectionId: "acme",
      leaderElectionLeaseDuration: 30_000,
      leaderElectionRenewDeadline: 20_000,
      leaderElectionRetryPeriod: 4_000,
      healthProbeBindAddress: "0",
      metricsBindAddress: "[::1]:8080",
      gracefulShutdownTimeout: 3_000,
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
      "--leader-elect",
      "--leader-election-namespace=leases",
      "--leader-election-id=acme",
    );
    assert.deepEqual(flags, {
      leaderElect: true,
      sharded: false,
      leaderElectionNamespace: "leases",
      leaderElectionId: "acme",
      crds: false,
      rbac: true,
      serviceAccount: { namespace: "issuers", name: "acme" },
      secretNamespaces: ["a", "b"],
      secretNames: [{ namespace: "c", name: "ca" }],
      namespaces: ["a", "c"],
      clusterResourceNamespace: "shared",
      certificateSigningRequests: false,
      certManagerServiceAccount: { namespace: "cert-manager", name: "cert-manager" },
      check: false,
    });
  });

  it("writes all files of an installation where a folder is named", async () => {
    const flags = await read(
      "manifests",
      "--out=deploy",
      "--check",
      "--values=values.yaml",
      "--image=registry.example.com/acme",
      "--install-version=1.2.3",
    );
    const { out, check, values, image, installVersion } = flags as ManifestFlags;
    assert.deepEqual(
      { out, check, values, image, installVersion },
      {
        out: "deploy",
        check: true,
        values: "values.yaml",
        image: "registry.example.com/acme",
        installVersion: "1.2.3",
      },
    );
  });
});
