import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { IssuerDefinition } from "@countersign/issuer";
import { messageOf, whileLoading } from "@countersign/issuer/inspect";
import { usageError } from "./cli-error.ts";

/**
 * Loads an author's issuer types: the default export of a module, one definition or a list of them.
 * TypeScript runs as it is, by Node's type stripping.
 *
 * @throws CliError usage: the file does not exist, cannot be run, or exports something else.
 */
export async function loadDefinitions(path: string): Promise<readonly IssuerDefinition[]> {
  const file = resolve(path);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    throw usageError(
      `Cannot load definition ${path}: it does not exist, give the path of the author's module, such as issuer.ts`,
    );
  }
  if (!found.isFile()) {
    throw usageError(
      `Cannot load definition ${path}: it is a folder, must be the module itself, such as issuer.ts`,
    );
  }
  return definitionsIn(path, await importModule(path, file));
}

async function importModule(path: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    const { href } = pathToFileURL(file);
    return await whileLoading<{ readonly default?: unknown }>(() => import(href));
  } catch (cause) {
    throw usageError(
      `Cannot load definition ${path}: ${messageOf(cause)}. Correct the module, or install what it imports`,
      { cause },
    );
  }
}

/** @throws CliError usage where the module's default export is no issuer definition. */
export function definitionsIn(
  path: string,
  module: { readonly default?: unknown },
): readonly IssuerDefinition[] {
  if (module.default === undefined) {
    throw usageError(
      `Cannot load definition ${path}: it has no default export, must have: export default defineIssuer({ … })`,
    );
  }
  const all: unknown[] = [module.default].flat();
  if (all.length > 0 && all.every(isDefinition)) return all;
  throw usageError(
    `Cannot load definition ${path}: its default export is no issuer definition, must be what defineIssuer() returns, or a list of those`,
  );
}

/** By its shape: the author may have another copy of the package installed. */
function isDefinition(value: unknown): value is IssuerDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { group, version, kinds, spec, check, sign } = value as Partial<
    Record<keyof IssuerDefinition, unknown>
  >;
  return (
    typeof group === "string" &&
    typeof version === "string" &&
    typeof kinds === "object" &&
    typeof (spec as { safeParse?: unknown } | undefined)?.safeParse === "function" &&
    typeof check === "function" &&
    typeof sign === "function"
  );
}
