import {
  compareManifestFolder,
  describeBreakingChanges,
  describeDrift,
  type IssuerDefinition,
  manifestFiles,
  readValuesFile,
  updateManifestFolder,
} from "@countersign/issuer";
import { Command } from "commander";
import { loadDefinitions } from "../load-definition.ts";
import type { CliCommand, Invocation, Report } from "../program.ts";

interface ManifestsOptions {
  readonly definition: string;
  readonly out: string;
  readonly check: boolean;
  readonly name?: string;
  readonly namespace?: string;
  readonly values?: string;
  readonly image?: string;
  readonly installVersion?: string;
}

const DESCRIPTION = `Writes all of an installation of an issuer: CRDs, rights, Deployment and the rest.

install.yaml and base/ (a kustomize base) are plain YAML, chart/ is a Helm chart; all three are made
from the same objects. cert-manager-values.yaml is for whoever lets cert-manager's chart give its
approver the right. With --check nothing is written: exit code 1 if a file is not up to date. What a
new CRD breaks of the one in the folder is said either way.`;

/** `countersign manifests`. */
export const manifestsCommand: CliCommand = {
  declare: () =>
    new Command("manifests")
      .description(DESCRIPTION)
      .requiredOption("-d, --definition <module>", "the author's module: issuer.ts")
      .requiredOption("--out <folder>", "the folder of the files")
      .option("--check", "write nothing, compare", false)
      .option("--name <name>", "of the program and its chart; the group's first word if not given")
      .option("--namespace <namespace>", "of the plain YAML; the name if not given")
      .option("--values <file>", "values of the chart that are to be its defaults")
      .option("--image <image>", "the program's image, without its tag; the name if not given")
      .option("--install-version <version>", "the chart's version and the image's tag"),
  run: (invocation) => manifests(invocation as Invocation<ManifestsOptions>),
};

async function manifests({ options }: Invocation<ManifestsOptions>): Promise<Report> {
  const { definition, out, check } = options;
  const definitions = await loadDefinitions(definition);
  const files = manifestFiles(definitions, await settingsOf(definitions, options));
  const { drift, breaking } = await compareManifestFolder(out, files);
  const breaks = describeBreakingChanges(breaking);
  if (check) {
    const isOk = drift.length === 0;
    const next = `${out} is not up to date: run it again without --check, and look at what changes`;
    const said = isOk ? [`${out} is up to date`] : [describeDrift(drift), breaks, next];
    return { isOk, text: textOf(said), value: { drift, breaking } };
  }
  await updateManifestFolder(out, files);
  const written = drift.map(({ path }) => path);
  const said = `${written.length} of ${files.length} files written to ${out}`;
  return { isOk: true, text: textOf([said, breaks]), value: { written, breaking } };
}

async function settingsOf(
  definitions: readonly IssuerDefinition[],
  options: ManifestsOptions,
): Promise<Parameters<typeof manifestFiles>[1]> {
  const { name = definitions[0]?.group.split(".")[0] ?? "issuers", namespace = name } = options;
  const { image = name, installVersion, values } = options;
  return {
    name,
    namespace,
    image,
    ...(installVersion === undefined ? {} : { version: installVersion }),
    ...(values === undefined ? {} : { values: await readValuesFile(values) }),
  };
}

function textOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}
