// The program that loads an author's module once and tells what is in it: a process of its own, as no
// process can load a module a second time. Its one argument is a LoadOrder; it answers over its channel.

import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { kindsOf, manifestsOf } from "@countersign/issuer";
import { messageOf } from "@countersign/issuer/inspect";
import { loadDefinitions } from "../load-definition.ts";
import { filesOfProject, projectFolder, recordImports } from "./import-recorder.ts";
import type { IssuerModule, LoadOrder, ModuleReport } from "./module-report.ts";
import { placeOf } from "./stack-place.ts";

async function load(order: LoadOrder): Promise<IssuerModule> {
  const definitions = await loadDefinitions(order.file);
  const name = definitions[0]?.group.split(".")[0] ?? "issuers";
  const { secretNamespaces, clusterResourceNamespace } = order;
  const { crds, rbac } = manifestsOf(definitions, {
    serviceAccount: { namespace: name, name },
    certManager: order.certManager,
    secretNamespaces,
    ...(clusterResourceNamespace === undefined ? {} : { clusterResourceNamespace }),
  });
  return {
    name,
    kinds: kindsOf(definitions).map(({ resource }) => ({ ...resource })),
    manifests: [...crds, ...rbac],
  };
}

async function report(order: LoadOrder): Promise<ModuleReport> {
  const file = resolve(order.file);
  const folder = projectFolder(file, (each) => existsSync(join(each, "package.json")));
  const imported = recordImports();
  const files = (): string[] => [...new Set([file, ...filesOfProject(imported, folder)])];
  try {
    return { isLoaded: true, module: await load(order), files: files() };
  } catch (error) {
    return { isLoaded: false, message: messageWithPlace(error, folder), files: files() };
  }
}

/** The place stands behind what was said of it, before what to do about it. */
function messageWithPlace(error: unknown, folder: string): string {
  const message = messageOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  const place = placeOf(cause, folder);
  if (place === undefined) return message;
  const said = messageOf(cause);
  const where = `(${relative(process.cwd(), place)})`;
  return message.replace(said, () => `${said.replace(/\.$/, "")} ${where}`);
}

// Whoever asked has gone: so does this, even if the module keeps the process alive.
process.once("disconnect", () => process.exit());
const result = await report(JSON.parse(process.argv[2] ?? "{}") as LoadOrder);
process.send?.(result, () => process.exit(0));
