import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KubeObject } from "@countersign/kube";
import { parseAllDocuments } from "yaml";
import { ROOT } from "../../tools/command.ts";

/** What an issuer's program prints with `manifests`, read as kubectl would read it. */
export async function printedManifests(
  program: string,
  args: readonly string[],
): Promise<KubeObject[]> {
  const node = ["--conditions=@countersign/source", join(ROOT, program), "manifests", ...args];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}
