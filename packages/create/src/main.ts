import { basename, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { type Answers, ask } from "./ask.ts";
import { CreateError, isCreateError } from "./create-error.ts";
import { defaultKinds } from "./default-answers.ts";
import type { UpdateStep } from "./plan-update.ts";
import { checkProject, type Project } from "./project.ts";
import { projectFiles } from "./project-files.ts";
import { FIELD_TYPES } from "./spec-field.ts";
import { updateProject } from "./update-project.ts";
import { requireEmpty, writeProject } from "./write-project.ts";

interface CreateFlags extends Omit<Answers, "folder" | "fields"> {
  readonly field?: readonly string[];
  readonly apiVersion: string;
  readonly yes: boolean;
}

/**
 * The program of `npm create countersign`. Sets `process.exitCode`: 2 for a wrong command line, 1 where
 * it could not go on; then nothing was written.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    if (!isCreateError(error)) throw error;
    if (error.message !== "") console.error(error.message);
    process.exitCode = error.code === "ERR_CREATE_USAGE" ? 2 : 1;
  }
}

function program(): Command {
  const command = new Command("create-countersign")
    .description("Creates a cert-manager issuer of your own: complete, tested, ready to deploy.")
    .argument("[folder]", "where to, new or empty; its last part is the project's name")
    .option("--group <domain>", "the issuers' API group, a domain of yours: issuers.example.com")
    .option("--issuer <Kind>", "the kind of an issuer in a namespace: AcmeIssuer")
    .option("--cluster-issuer <Kind>", "the kind of a cluster issuer: AcmeClusterIssuer")
    .option(
      "--template <name>",
      "http, or minimal: check() and sign() and no more; http if not given",
    )
    .option(
      "--field <name:type>",
      `a field of the spec beside url and authSecretName, with a ? at its end where it may be left out; may be given again; types are ${FIELD_TYPES}`,
      (field: string, before: string[] = []) => [...before, field],
    )
    .option("--api-version <version>", "the version of the kinds", "v1alpha1")
    .option("--yes", "ask nothing: what is not given is as proposed", false)
    .allowExcessArguments(false)
    .showHelpAfterError("Add --help to see all flags.")
    .exitOverride()
    .action((folder: string | undefined, flags: CreateFlags) => create(folder, flags));
  command
    .command("update")
    .description("Brings a project's generated files to this version. What you changed is kept.")
    .argument("[folder]", "the project's", ".")
    .option("--force", "write generated files anew that you have changed, too", false)
    .exitOverride()
    .action((folder: string, { force }: { force: boolean }) => update(folder, force));
  return command;
}

async function create(folder: string | undefined, flags: CreateFlags): Promise<void> {
  const { field, apiVersion: version, yes, ...given } = flags;
  if (folder !== undefined) await requireEmpty(folder);
  const isAsking = !yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const isComplete = folder !== undefined && given.group !== undefined;
  const answers = { ...given, folder, fields: field };
  const all = isAsking && !isComplete ? await ask(answers) : answers;
  const { target, project } = projectOf(all, version);
  await writeProject(target, await projectFiles(project));
  console.log(
    `${target} is written. Next:\n\n  cd ${target}\n  npm install\n  npm test\n  npm run dev`,
  );
}

/** @throws CreateError usage where something is missing or wrong. */
function projectOf(answers: Answers, version: string): { target: string; project: Project } {
  const { folder, group, template = "http", issuer, clusterIssuer, fields = [] } = answers;
  const missing = folder === undefined ? "[folder]" : group === undefined ? "--group" : undefined;
  if (folder === undefined || group === undefined) {
    const next = "give it, or run the command in a terminal to be asked";
    throw new CreateError(
      "ERR_CREATE_USAGE",
      `Cannot create the project: ${missing} is missing: ${next}`,
    );
  }
  const name = basename(resolve(folder));
  const kinds =
    issuer === undefined && clusterIssuer === undefined
      ? defaultKinds(name)
      : { issuer, clusterIssuer };
  const project = checkProject({ name, template, group, version, fields, ...kinds });
  return { target: folder, project };
}

async function update(folder: string, isForced: boolean): Promise<void> {
  const steps = await updateProject(folder, { isForced });
  for (const line of steps.flatMap(describeStep)) console.log(line);
  console.log("\nNext:\n\n  npm install\n  npm run manifests\n  npm test");
}

function describeStep(step: UpdateStep): string[] {
  switch (step.do) {
    case "write":
      return [`${step.isNew ? "added" : "written anew"}: ${step.file.path}`];
    case "keep":
      return [`kept, for you have changed it: ${step.path} (--force writes it anew)`];
    case "nothing":
      return [];
  }
}
