import type { NamespacedName } from "@countersign/issuer/inspect";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ClusterFlags } from "./cluster.ts";

/** The flags of every command that looks at a cluster. */
export interface InspectFlags extends ClusterFlags {
  /** cert-manager's own account; looked for where it is not given. */
  readonly certManagerServiceAccount?: NamespacedName;
}

/** Adds the flags of {@link InspectFlags}. */
export function withClusterFlags(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "the cluster to look at; as kubectl finds it if not given")
    .option("--context <name>", "the context of the kubeconfig; the current one if not given")
    .addOption(
      new Option(
        "--cert-manager-service-account <namespace/name>",
        "cert-manager's account; looked for if not given",
      ).argParser(parseNamespacedName),
    );
}

/** Reads `namespace/name`. */
export function parseNamespacedName(text: string): NamespacedName {
  const [namespace, name, ...rest] = text.split("/");
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw new InvalidArgumentError("must be namespace/name.");
}
