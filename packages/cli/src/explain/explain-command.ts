import { Command } from "commander";
import { findCertManager } from "../cluster/cert-manager-account.ts";
import { withCluster } from "../cluster/cluster.ts";
import { type InspectFlags, withClusterFlags } from "../cluster/cluster-flags.ts";
import { Discovery } from "../cluster/discovery.ts";
import { type Finding, textOfFinding, worstOf } from "../finding.ts";
import { type CliCommand, type Invocation, type Report, timeOf } from "../program.ts";
import { explainCertificate } from "./explain-certificate.ts";
import { explainRequest } from "./explain-request.ts";
import { readSnapshot, type Snapshot } from "./read-snapshot.ts";
import { parseTarget, type Target } from "./target.ts";

interface ExplainOptions extends InspectFlags {
  readonly namespace?: string;
}

const DESCRIPTION = [
  "Says where a certificate stands, and what to do next.",
  "Follows a Certificate, CertificateRequest (cr) or Kubernetes " +
    "CertificateSigningRequest (csr) to its issuer and that issuer's controller, whoever " +
    "has made it. Only reads. Exit code 1 if it does not go on by itself.",
].join("\n\n");

/** `countersign explain`. */
export const explainCommand: CliCommand = {
  declare: () =>
    withClusterFlags(
      new Command("explain")
        .description(DESCRIPTION)
        .argument("<kind>", "certificate, certificaterequest or csr; or kind/name in one")
        .argument("[name]", "its name, or namespace/name")
        .option("-n, --namespace <namespace>", "its namespace; default if not given"),
    ),
  run: (invocation) => explain(invocation as Invocation<ExplainOptions>),
};

async function explain({ args, options, terminal }: Invocation<ExplainOptions>): Promise<Report> {
  const target = parseTarget(args, options.namespace);
  const { signal } = terminal;
  return withCluster(options, signal, async ({ client, aheadMs }) => {
    const account = options.certManagerServiceAccount;
    const { account: certManager } = await findCertManager(client, { signal, account });
    const context = { client, discovery: new Discovery(client, signal), certManager, signal };
    const snapshot = await readSnapshot(target, context);
    // Times in objects are by the cluster's clocks: ours may be off.
    return reportOf(
      target,
      explainSnapshot(snapshot, new Date(timeOf(terminal).getTime() + aheadMs)),
    );
  });
}

function explainSnapshot(snapshot: Snapshot, now: Date): Finding[] {
  switch (snapshot.of) {
    case "certificate":
      return explainCertificate(snapshot.certificate, now);
    case "request":
      return explainRequest(snapshot.request, now);
  }
}

function reportOf(target: Target, findings: readonly Finding[]): Report {
  const state = worstOf(findings);
  return {
    isOk: state !== "problem",
    value: { target, state, findings },
    text: findings.map(textOfFinding).join("\n"),
  };
}
