import { writeFile } from "node:fs/promises";
import { kindsOf, parseGoDuration } from "@countersign/issuer";
import { describeIssuer } from "@countersign/issuer/inspect";
import type { KubeObject, Logger } from "@countersign/kube";
import { Command, InvalidArgumentError, Option } from "commander";
import { failure } from "../cli-error.ts";
import { loadDefinitions } from "../load-definition.ts";
import { type CliCommand, type Invocation, type Report, timeOf } from "../program.ts";
import { readObjects } from "../read-objects.ts";
import { type RehearsedRequest, textOfRehearsal, valueOfRehearsal } from "./describe-rehearsal.ts";
import { createFileClient, DEFAULT_NAMESPACE } from "./file-client.ts";
import { findIssuer } from "./issuer-file.ts";
import { rehearse } from "./rehearse.ts";
import { readRequestFile, wrongIssuer } from "./request-file.ts";

interface SignOptions {
  readonly issuer: string;
  readonly definition: string;
  readonly object: readonly string[];
  readonly clusterResourceNamespace?: string;
  readonly duration?: string;
  readonly usage?: readonly string[];
  readonly ca?: boolean;
  readonly wait: number;
  readonly out?: string;
  readonly verbose: boolean;
}

const DESCRIPTION = [
  "Shows what an issuer would make of a request, without a cluster.",
  "The request is a file with a CSR (PEM), a CertificateRequest or a " +
    "CertificateSigningRequest. The author's check() and sign() run as they are: a CA " +
    "behind them really issues. Exit code 0 if a controller would publish the " +
    "certificate.",
].join("\n\n");

/** `countersign sign`. */
export const signCommand: CliCommand = {
  declare: () =>
    new Command("sign")
      .description(DESCRIPTION)
      .argument("<request>", "the file with the request")
      .requiredOption("-d, --definition <module>", "the author's module: issuer.ts")
      .requiredOption("-i, --issuer <file>", "the file with the issuer, as YAML or JSON")
      .addOption(
        new Option("--object <file>", "Secrets and ConfigMaps of the issuer; may be repeated")
          .argParser(append)
          .default([], "none"),
      )
      .option(
        "--cluster-resource-namespace <namespace>",
        "where a cluster issuer's Secrets are; that of the first object if not given",
      )
      .addOption(
        new Option("--duration <duration>", "asked for, for a CSR").argParser(checkDuration),
      )
      .addOption(
        new Option("--usage <usage>", "asked for, for a CSR; may be repeated").argParser(append),
      )
      .option("--ca", "a CA's certificate is asked for, for a CSR")
      .addOption(
        new Option("--wait <duration>", "how long to wait for a CA that takes its time")
          .argParser((text) => parseGoDuration(checkDuration(text)))
          .default(0, "0s"),
      )
      .option("--out <file>", "write the certificate and its chain there, as PEM")
      .option("--verbose", "show what the author's functions log", false),
  run: (invocation) => sign(invocation as Invocation<SignOptions>),
};

async function sign({ args, options, terminal }: Invocation<SignOptions>): Promise<Report> {
  const definitions = await loadDefinitions(options.definition);
  const { duration, usage: usages, ca: isCA } = options;
  const asked = { duration, usages, isCA };
  const file = await readRequestFile(args[0] ?? "", kindsOf(definitions), asked);
  const issuerObjects = await readObjects(options.issuer, "issuer");
  const target = findIssuer(options.issuer, issuerObjects, definitions);
  const objects = await readAll(options.object);
  const rehearsal = await rehearse(target, file.request, {
    // Whoever keeps an issuer and its Secret in one file need not name it twice.
    client: createFileClient([...objects, ...issuerObjects]),
    clusterResourceNamespace: options.clusterResourceNamespace ?? namespaceOf(objects),
    logger: createLogger(options.verbose ? terminal.err : () => {}),
    signal: terminal.signal,
    waitMs: options.wait,
    now: () => timeOf(terminal),
  });
  const result: RehearsedRequest = {
    name: file.name,
    issuerName: describeIssuer(target.key),
    request: file.request,
    rehearsal,
    wrongIssuer: wrongIssuer(file, target.key),
  };
  const value = valueOfRehearsal(result);
  if (options.out !== undefined && value.certificatePem !== undefined) {
    await writePem(options.out, value.certificatePem);
  }
  const isOk = value.isIssued && value.wrongIssuer === undefined;
  return { isOk, value, text: textOfRehearsal(result) };
}

async function readAll(paths: readonly string[]): Promise<KubeObject[]> {
  const all = await Promise.all(paths.map((path) => readObjects(path, "object")));
  return all.flat();
}

function namespaceOf([first]: readonly KubeObject[]): string {
  return first?.metadata.namespace ?? DEFAULT_NAMESPACE;
}

async function writePem(path: string, pem: string): Promise<void> {
  try {
    await writeFile(path, pem);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "unknown error";
    throw failure(
      `Cannot write certificate ${path}: ${code}, give --out a file in a folder that may be written to`,
      { cause },
    );
  }
}

function createLogger(write: (text: string) => void): Logger {
  const log =
    (level: string) =>
    (fields: object, message?: string): void => {
      const { err, ...rest } = fields as { err?: unknown };
      const error = err instanceof Error ? { error: err.message } : {};
      write(`${level}: ${message ?? ""} ${JSON.stringify({ ...rest, ...error })}\n`);
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function checkDuration(text: string): string {
  try {
    if (parseGoDuration(text) >= 0) return text;
  } catch {
    // Said below, in the words of the flag.
  }
  throw new InvalidArgumentError("must be a duration such as 90s, 10m or 2160h.");
}
