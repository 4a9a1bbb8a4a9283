import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compareManifestFolder, describeBreakingChanges, manifestFiles } from "@countersign/issuer";
import { issuers, NAME } from "../issuers/index.ts";
import { ROOT } from "./command.ts";
import type { GeneratedFile } from "./generate.ts";
import { ISSUERS_NAMESPACE } from "./serve-issuers.ts";

/** Where the manifests and the chart of the issuers that we ship are. */
const FOLDER = "issuers/deploy";

/** All of an installation of our issuers. Says what new CRDs break of what the folder's allow. */
export async function manifestsOfIssuers(): Promise<GeneratedFile[]> {
  const { version } = JSON.parse(
    await readFile(join(ROOT, "packages/issuer/package.json"), "utf8"),
  ) as { version: string };
  const files = manifestFiles(issuers, { name: NAME, namespace: ISSUERS_NAMESPACE, version });
  const { breaking } = await compareManifestFolder(join(ROOT, FOLDER), files);
  if (breaking.length > 0) console.error(describeBreakingChanges(breaking));
  return files.map(({ path, content }) => ({ path: `${FOLDER}/${path}`, content }));
}
