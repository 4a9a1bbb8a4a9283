import type { KubeObject } from "@countersign/kube";
import { parseAllDocuments } from "yaml";
import { usageError } from "./cli-error.ts";
import { readTextFile } from "./read-file.ts";

/**
 * Reads the Kubernetes objects of a YAML or JSON file; several documents and a `List` are taken apart.
 *
 * @throws CliError usage that says which document is wrong, and why. No value of it is quoted: it may
 * be a Secret's.
 */
export async function readObjects(path: string, what: string): Promise<KubeObject[]> {
  return parseObjects(await readTextFile(path, what), { path, what });
}

/** As {@link readObjects}, for a text. */
export function parseObjects(text: string, from: { path: string; what: string }): KubeObject[] {
  const { path, what } = from;
  const documents = parseAllDocuments(text, { prettyErrors: false });
  const all = Array.isArray(documents) ? documents : [];
  const objects = all.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const line = text.slice(0, error.pos[0]).split("\n").length;
      throw usageError(
        `Cannot read ${what} ${path}: line ${line} is neither YAML nor JSON (${error.code}), correct it`,
      );
    }
    const value: unknown = document.toJS();
    return value === null ? [] : itemsOf(value);
  });
  if (objects.length === 0) {
    throw usageError(
      `Cannot read ${what} ${path}: it holds no object, must hold a Kubernetes object`,
    );
  }
  return objects.map((object, index) => {
    if (isObject(object)) return object;
    throw usageError(
      `Cannot read ${what} ${path}: document ${index + 1} is no Kubernetes object, must have apiVersion, kind and metadata.name`,
    );
  });
}

function itemsOf(value: unknown): unknown[] {
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  return kind === "List" && Array.isArray(items) ? items : [value];
}

function isObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<Record<keyof KubeObject, unknown>>;
  return (
    typeof apiVersion === "string" &&
    typeof kind === "string" &&
    typeof (metadata as { name?: unknown } | undefined)?.name === "string"
  );
}
