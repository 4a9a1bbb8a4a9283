import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, isApiError } from "@countersign/kube";
import { parse } from "yaml";
import { poll } from "../poll.ts";
import { installableDefinition } from "./installable-definition.ts";
import { CUSTOM_RESOURCE_DEFINITIONS, type CustomResourceDefinition } from "./resources.ts";

const ESTABLISHED_TIMEOUT_MS = 60_000;

/** Applies the CustomResourceDefinitions of a folder of YAML files and waits until all are served. */
export async function installCustomResourceDefinitions(
  client: Client,
  folder: string,
  options: { fieldOwner: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml"));
  const definitions = await Promise.all(
    files.map(async (file) =>
      installableDefinition(
        parse(await readFile(join(folder, file), "utf8")) as CustomResourceDefinition,
      ),
    ),
  );
  await Promise.all(
    definitions.map((one) => client.apply(CUSTOM_RESOURCE_DEFINITIONS, one, options)),
  );
  const { signal } = options;
  for (const { metadata } of definitions) {
    await poll(
      `CustomResourceDefinition ${metadata.name} to be established`,
      (attempt) => established(client, metadata.name, attempt),
      { timeoutMs: ESTABLISHED_TIMEOUT_MS, signal },
    );
  }
}

async function established(
  client: Client,
  name: string,
  signal: AbortSignal,
): Promise<true | undefined> {
  try {
    const { status } = await client.get(CUSTOM_RESOURCE_DEFINITIONS, { name }, { signal });
    const conditions = status?.conditions ?? [];
    return (
      conditions.some(({ type, status: is }) => type === "Established" && is === "True") ||
      undefined
    );
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}
