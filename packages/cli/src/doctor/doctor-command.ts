import { kindsOf } from "@countersign/issuer";
import type { NamespacedName } from "@countersign/issuer/inspect";
import { Command, Option } from "commander";
import { findCertManager } from "../cluster/cert-manager-account.ts";
import { type Cluster, withCluster } from "../cluster/cluster.ts";
import {
  type InspectFlags,
  parseNamespacedName,
  withClusterFlags,
} from "../cluster/cluster-flags.ts";
import { Discovery, type ServedKind } from "../cluster/discovery.ts";
import { type Finding, textOfFinding, worstOf } from "../finding.ts";
import { loadDefinitions } from "../load-definition.ts";
import { type CliCommand, type Invocation, type Report, timeOf } from "../program.ts";
import { checkCertManager } from "./check-cert-manager.ts";
import { checkClock } from "./check-clock.ts";
import { checkGroup } from "./check-group.ts";
import { checkWebhook } from "./check-webhook.ts";
import { findIssuerGroups } from "./find-issuer-groups.ts";
import { readCertManager } from "./read-cert-manager.ts";
import { readGroup } from "./read-group.ts";
import { readWebhook } from "./read-webhook.ts";

interface DoctorOptions extends InspectFlags {
  readonly group: readonly string[];
  readonly definition?: string;
  readonly serviceAccount?: NamespacedName;
  readonly namespaces?: readonly string[];
  readonly clusterResourceNamespace?: string;
  readonly certificateSigningRequests: boolean;
}

const DESCRIPTION = [
  "Looks through a whole installation, and says what is wrong and what to do.",
  "The clock, cert-manager and its webhook, and of each issuer's API group: " +
    "definitions, rights, approver, controller, issuers, what they refer to, requests " +
    "that wait. Only reads, but for one dry run. Exit code 1 if there is a problem.",
].join("\n\n");

/** `countersign doctor`. */
export const doctorCommand: CliCommand = {
  declare: () =>
    withClusterFlags(
      new Command("doctor")
        .description(DESCRIPTION)
        .addOption(
          new Option("-g, --group <group>", "an issuer's API group; may be repeated")
            .argParser((text: string, before: readonly string[] = []) => [...before, text])
            .default([], "all that have a kind whose name ends in Issuer"),
        )
        .option("-d, --definition <module>", "the author's module, whose groups are looked at")
        .addOption(
          new Option(
            "--service-account <namespace/name>",
            "the controller's account; looked for if not given",
          ).argParser(parseNamespacedName),
        )
        .addOption(
          new Option(
            "--namespaces <namespaces>",
            "which the controller serves, a,b; all if not given",
          ).argParser((text) => text.split(",").filter((each) => each !== "")),
        )
        .option(
          "--cluster-resource-namespace <namespace>",
          "where cluster issuers' Secrets are; that of the controller's account if not given",
        )
        .option(
          "--no-certificate-signing-requests",
          "the controller does not serve Kubernetes' CertificateSigningRequests",
        ),
    ),
  run: (invocation) => doctor(invocation as Invocation<DoctorOptions>),
};

async function doctor({ options, terminal }: Invocation<DoctorOptions>): Promise<Report> {
  const { signal } = terminal;
  const { definition } = options;
  const definitions = definition === undefined ? [] : await loadDefinitions(definition);
  const named = [...options.group, ...definitions.map(({ group }) => group)];
  return withCluster(options, signal, async (cluster) => {
    const expected = kindsOf(definitions).map((each) => ({ ...each, ...each.resource }));
    const groups = [...new Set(named)];
    const now = new Date(timeOf(terminal).getTime() + cluster.aheadMs);
    const findings = await examine(cluster, { ...options, groups, expected, signal, now });
    const state = worstOf(findings);
    return {
      isOk: state !== "problem",
      value: { state, findings },
      text: [...findings.map(textOfFinding), "", summaryOf(findings)].join("\n"),
    };
  });
}

async function examine(
  { client, server, version, aheadMs, serverTime }: Cluster,
  options: DoctorOptions & {
    groups: readonly string[];
    expected: readonly ServedKind[];
    signal: AbortSignal;
    now: Date;
  },
): Promise<Finding[]> {
  const { signal, now, serviceAccount: account, clusterResourceNamespace, namespaces } = options;
  const controller = await findCertManager(client, {
    signal,
    account: options.certManagerServiceAccount,
  });
  const discovery = new Discovery(client, signal);
  const context = { client, discovery, certManager: controller.account, signal };
  const certManager = await readCertManager(controller, context);
  const isThere = certManager.kinds.length > 0;
  const groups = options.groups.length > 0 ? options.groups : await findIssuerGroups(discovery);
  const { certificateSigningRequests, expected } = options;
  const groupOptions = {
    account,
    namespaces,
    clusterResourceNamespace,
    certificateSigningRequests,
    expected,
    now,
  };
  const snapshots = await Promise.all(
    groups.map((group) => readGroup(group, context, groupOptions)),
  );
  const message = `${server} answers, and is ${version}.`;
  return [
    { code: "server-answers", level: "ok", about: "API server", message },
    checkClock(aheadMs, serverTime),
    ...checkCertManager(certManager, now),
    ...(isThere ? checkWebhook(await readWebhook(client, signal)) : []),
    ...(snapshots.length === 0 ? [NO_GROUP] : []),
    ...snapshots.flatMap((snapshot) => checkGroup(snapshot, now)),
  ];
}

const NO_GROUP: Finding = {
  code: "no-issuer-group",
  level: "warning",
  about: "Issuers",
  message: "no API group has a kind whose name ends in Issuer, but for cert-manager's own.",
  next: "Install an issuer's CustomResourceDefinitions, or name its group: --group.",
};

/** How much of each there is: `12 ok, 1 problem`. */
function summaryOf(findings: readonly Finding[]): string {
  const counts = Map.groupBy(findings, ({ level }) => level);
  const count = (level: Finding["level"]): number => counts.get(level)?.length ?? 0;
  const parts = [
    [count("problem"), "problem", "problems"],
    [count("warning"), "warning", "warnings"],
    [count("unknown"), "could not be looked at", "could not be looked at"],
    [count("ok") + count("waiting"), "as it should be", "as they should be"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => `${number} ${number === 1 ? one : many}`)
    .join(", ");
}
