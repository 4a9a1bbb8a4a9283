import { parseBindAddress } from "@countersign/kube";
import { Command, InvalidArgumentError, Option } from "commander";
import { type DividedIssuer, parseDividedIssuers } from "./divided-issuer.ts";
import {
  DEFAULT_FEATURE_GATES,
  describeFeatureGates,
  type FeatureGates,
  parseFeatureGates,
} from "./feature-gates.ts";
import { parseGoDuration } from "./go-duration.ts";
import { messageOf } from "./outcome.ts";
import type { NamespacedName, ServiceAccount } from "./rbac.ts";

/** What the controller's flags say. */
export interface ControllerFlags {
  readonly kubeconfig?: string;
  readonly clusterResourceNamespace?: string;
  readonly leaderElect: boolean;
  readonly sharded: boolean;
  readonly shardRequestsOf: readonly DividedIssuer[];
  readonly leaderElectionNamespace?: string;
  readonly leaderElectionId?: string;
  readonly leaderElectionLeaseDuration: number;
  readonly leaderElectionRenewDeadline: number;
  readonly leaderElectionRetryPeriod: number;
  readonly healthProbeBindAddress?: string;
  readonly metricsBindAddress: string;
  readonly gracefulShutdownTimeout: number;
  readonly maxRetryDuration: number;
  readonly maxPendingDuration?: number;
  readonly namespaces?: readonly string[];
  readonly certificateRequests: boolean;
  readonly certificateSigningRequests: boolean;
  readonly maxConcurrentRequests: number;
  readonly maxConcurrentRequestsPerIssuer?: number;
  readonly featureGates: FeatureGates;
  readonly logLevel: string;
}

/** What the flags of `manifests` say. */
export interface ManifestFlags {
  readonly crds: boolean;
  readonly rbac: boolean;
  readonly serviceAccount: ServiceAccount;
  readonly clusterResourceNamespace?: string;
  readonly secretNamespaces: readonly string[];
  readonly secretNames: readonly NamespacedName[];
  readonly namespaces?: readonly string[];
  readonly certificateSigningRequests: boolean;
  readonly certManagerServiceAccount: ServiceAccount;
  readonly leaderElect: boolean;
  readonly sharded: boolean;
  readonly leaderElectionNamespace?: string;
  readonly leaderElectionId?: string;
  /** Where to write all files of an installation; without it, the objects are printed. */
  readonly out?: string;
  readonly check: boolean;
  readonly values?: string;
  readonly image?: string;
  readonly installVersion?: string;
}

/** What the program does once its arguments are read. */
export interface Actions {
  runController(flags: ControllerFlags): Promise<void>;
  printManifests(flags: ManifestFlags): void | Promise<void>;
}

const LOG_LEVELS = ["debug", "info", "warn", "error"];

/**
 * The command line of an issuer controller: it serves by default, and `manifests` prints what it
 * needs in the cluster. Flags are those of Go's issuer controllers; each is an environment variable
 * too, in capitals with underscores.
 */
export function commandLine(name: string, actions: Actions): Command {
  const program = new Command(name)
    .description("Issues certificates for cert-manager.")
    .allowExcessArguments(false)
    // What comes after `manifests` is its own, also where both have a flag of the name.
    .enablePositionalOptions()
    .showHelpAfterError("Add --help to see all flags.");
  const flags = [
    flag("--kubeconfig <file>", "the cluster to work in; else $KUBECONFIG, else the pod's own"),
    flag(
      "--cluster-resource-namespace <namespace>",
      "where the Secrets of cluster issuers are",
    ).env("CLUSTER_RESOURCE_NAMESPACE"),
    leaderElectFlag("hold a lease, so that one replica of several works").env("LEADER_ELECT"),
    shardedFlag("divide the work among all replicas, by issuer").env("SHARDED"),
    flag(
      "--shard-requests-of <issuers>",
      "issuers whose requests are divided among replicas too: <kind>/[<namespace>/]<name>=<ranges>, a list",
    )
      .env("SHARD_REQUESTS_OF")
      .default([], "none")
      .argParser(readDividedIssuers),
    leaseNamespaceFlag().env("LEADER_ELECTION_NAMESPACE"),
    leaseNameFlag().env("LEADER_ELECTION_ID"),
    flag("--leader-election-lease-duration <duration>", "how long others leave the lease alone")
      .env("LEADER_ELECTION_LEASE_DURATION")
      .default(15_000, "15s")
      .argParser(parseDuration),
    flag("--leader-election-renew-deadline <duration>", "how long its holder works unrenewed")
      .env("LEADER_ELECTION_RENEW_DEADLINE")
      .default(10_000, "10s")
      .argParser(parseDuration),
    flag("--leader-election-retry-period <duration>", "how often the lease is renewed or looked at")
      .env("LEADER_ELECTION_RETRY_PERIOD")
      .default(2_000, "2s")
      .argParser(parseDuration),
    flag(
      "--health-probe-bind-address <address>",
      "where /healthz and /readyz are, 0 for nowhere; if not given :8081 in a pod, nowhere outside",
    )
      .env("HEALTH_PROBE_BIND_ADDRESS")
      .argParser(checkBindAddress),
    flag("--metrics-bind-address <address>", "where /metrics is, over HTTP; 0 for nowhere")
      .env("METRICS_BIND_ADDRESS")
      .default("0")
      .argParser(checkBindAddress),
    flag("--graceful-shutdown-timeout <duration>", "how long work under way may go on when it ends")
      .env("GRACEFUL_SHUTDOWN_TIMEOUT")
      .default(25_000, "25s")
      .argParser(parseDuration),
    flag("--max-retry-duration <duration>", "how long a failing request is tried again")
      .env("MAX_RETRY_DURATION")
      .default(600_000, "10m")
      .argParser(parseDuration),
    flag(
      "--max-pending-duration <duration>",
      "how long the CA may take over an order; no bound if not given",
    )
      .env("MAX_PENDING_DURATION")
      .argParser(parseDuration),
    namespacesFlag().env("NAMESPACES"),
    flag("--certificate-requests [boolean]", "serve cert-manager's CertificateRequests")
      .env("CERTIFICATE_REQUESTS")
      .default(true)
      .preset("true")
      .argParser(parseBoolean),
    signingRequestsFlag().env("CERTIFICATE_SIGNING_REQUESTS"),
    flag("--max-concurrent-requests <count>", "requests signed at the same time")
      .env("MAX_CONCURRENT_REQUESTS")
      .default(32)
      .argParser(parseCount),
    flag(
      "--max-concurrent-requests-per-issuer <count>",
      "of these, by one issuer; what its type declares if not given, else 8",
    )
      .env("MAX_CONCURRENT_REQUESTS_PER_ISSUER")
      .argParser(parseCount),
    flag("--feature-gates <gates>", `a comma-separated list: ${describeFeatureGates()}`)
      .env("FEATURE_GATES")
      .default(DEFAULT_FEATURE_GATES, "each as listed")
      .argParser(readFeatureGates),
    flag("--log-level <level>", "what to log").env("LOG_LEVEL").default("info").choices(LOG_LEVELS),
  ];
  for (const option of flags) program.addOption(option);
  program.action((options: ControllerFlags) => {
    refuseBothModes(program, options);
    if (!options.sharded && options.shardRequestsOf.length > 0) {
      program.error("error: --shard-requests-of takes effect only with --sharded: give both.");
    }
    return actions.runController(options);
  });
  program.addCommand(manifestsCommand(name, actions));
  return program;
}

/** Flags of the printed objects, which are values of the chart. */
const PRINTED = [
  "crds",
  "rbac",
  "clusterResourceNamespace",
  "secretNamespaces",
  "secretNames",
  "namespaces",
  "certificateSigningRequests",
  "certManagerServiceAccount",
  "leaderElect",
  "sharded",
  "leaderElectionNamespace",
  "leaderElectionId",
];

function manifestsCommand(name: string, actions: Actions): Command {
  return new Command("manifests")
    .description(
      "Prints what the controller needs in the cluster, as YAML; with --out, writes all of an installation: plain YAML, a kustomize base and a Helm chart.",
    )
    .option("--crds", "the CustomResourceDefinitions of its issuers", false)
    .option("--rbac", "the rights it needs, and cert-manager's to approve its requests", false)
    .addOption(
      flag("--service-account <namespace/name>", "the controller's own account")
        .default({ namespace: name, name }, `${name}/${name}`)
        .argParser(parseNamespacedName),
    )
    .option(
      "--cluster-resource-namespace <namespace>",
      "where the Secrets of cluster issuers are; the controller's own if not given",
    )
    .addOption(
      flag(
        "--secret-namespaces <namespaces>",
        "where Secrets of namespaced issuers may be read, a,b",
      )
        .default([], "none")
        .argParser(parseList),
    )
    .addOption(
      flag(
        "--secret-names <names>",
        "Secrets and ConfigMaps that may be read, and no others of their namespace, a/b,c/d",
      )
        .default([], "none")
        .argParser((text) => parseList(text).map(parseNamespacedName)),
    )
    .addOption(namespacesFlag())
    .addOption(signingRequestsFlag())
    .addOption(
      flag("--cert-manager-service-account <namespace/name>", "cert-manager's account")
        .default({ namespace: "cert-manager", name: "cert-manager" }, "cert-manager/cert-manager")
        .argParser(parseNamespacedName),
    )
    .addOption(leaderElectFlag("the rights on the lease that replicas elect their leader by"))
    .addOption(shardedFlag("the rights on the leases by which replicas divide the work"))
    .addOption(leaseNamespaceFlag())
    .addOption(leaseNameFlag())
    .addOption(
      flag(
        "--out <folder>",
        "write base/, chart/ and install.yaml there; --values says what the flags of the printed objects say",
      ).conflicts(PRINTED),
    )
    .option("--check", "with --out: write nothing, fail where a file is not up to date", false)
    .option("--values <file>", "with --out: values of the chart that are to be its defaults")
    .option("--image <image>", "with --out: the program's image, without its tag")
    .option("--install-version <version>", "with --out: the chart's version and the image's tag")
    .action((options: ManifestFlags, command: Command) => {
      refuseBothModes(command, options);
      return actions.printManifests(options);
    });
}

/** A default of one of them is no conflict, and neither is false. */
function refuseBothModes(
  command: Command,
  { leaderElect, sharded }: { leaderElect: boolean; sharded: boolean },
): void {
  if (!leaderElect || !sharded) return;
  command.error(
    "error: --leader-elect and --sharded exclude each other: with the first one replica of several works, with the second all do.",
  );
}

function flag(flags: string, description: string): Option {
  return new Option(flags, description);
}

function parseBoolean(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new InvalidArgumentError("must be true or false.");
}

/** A flag of the controller and of its manifests: the rights follow it. */
function namespacesFlag(): Option {
  return flag(
    "--namespaces <namespaces>",
    "where CertificateRequests and namespaced issuers are served, a,b; everywhere if not given",
  ).argParser(parseList);
}

/** As {@link namespacesFlag}. */
function leaderElectFlag(description: string): Option {
  return flag("--leader-elect [boolean]", description)
    .default(false)
    .preset("true")
    .argParser(parseBoolean);
}

/** As {@link namespacesFlag}. */
function shardedFlag(description: string): Option {
  return flag("--sharded [boolean]", description)
    .default(false)
    .preset("true")
    .argParser(parseBoolean);
}

/** As {@link namespacesFlag}. */
function leaseNamespaceFlag(): Option {
  const description = "where the lease is; the controller's own if not given";
  return flag("--leader-election-namespace <namespace>", description);
}

/** As {@link namespacesFlag}. */
function leaseNameFlag(): Option {
  const description = "the lease's name; the issuers' group if not given";
  return flag("--leader-election-id <name>", description);
}

/** As {@link namespacesFlag}. */
function signingRequestsFlag(): Option {
  return flag(
    "--certificate-signing-requests [boolean]",
    "serve Kubernetes' CertificateSigningRequests",
  )
    .default(true)
    .preset("true")
    .argParser(parseBoolean);
}

function parseDuration(text: string): number {
  try {
    const durationMs = parseGoDuration(text);
    if (durationMs >= 0) return durationMs;
  } catch {
    // Said below, in the words of the flag.
  }
  throw new InvalidArgumentError("must be a duration such as 90s, 10m or 1h30m.");
}

function checkBindAddress(text: string): string {
  try {
    parseBindAddress(text);
    return text;
  } catch {
    throw new InvalidArgumentError("must be such as :8081 or 127.0.0.1:8081, or 0 for none.");
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("must be a whole number from 1.");
}

/** A flag that is given again adds to what it said before. */
function readFeatureGates(text: string, before: FeatureGates): FeatureGates {
  try {
    return parseFeatureGates(text, before);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

/** A flag that is given again adds to what it said before. */
function readDividedIssuers(text: string, before: readonly DividedIssuer[]): DividedIssuer[] {
  try {
    return [...before, ...parseDividedIssuers(text)];
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function parseList(text: string): string[] {
  return text.split(",").filter((each) => each !== "");
}

function parseNamespacedName(text: string): NamespacedName {
  const [namespace, name, ...rest] = text.split("/");
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw new InvalidArgumentError("must be namespace/name.");
}
