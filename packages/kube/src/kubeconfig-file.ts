import { isMap, parseDocument } from "yaml";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** What one or several kubeconfig files say, by name. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

/** A context, cluster or user, and the file it is from: paths in it start at that file's folder. */
export interface KubeconfigEntry {
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Each list of a kubeconfig, and the key its entries have beside `name`. */
const LISTS = { contexts: "context", clusters: "cluster", users: "user" } as const;

/**
 * Reads the text of a kubeconfig.
 *
 * @throws KubeconfigError which names the file and line, and quotes nothing: there are keys in it.
 */
export function parseKubeconfig(file: string, text: string): Kubeconfig {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    throw invalid(file, `line ${line ?? "unknown"} is not YAML (${error.code})`);
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw invalid(file, "it must be a map");
  }
  const root = (document.toJS() ?? {}) as Record<string, unknown>;
  const currentContext = root["current-context"];
  return {
    currentContext:
      typeof currentContext === "string" && currentContext !== "" ? currentContext : undefined,
    contexts: readList(file, root, "contexts"),
    clusters: readList(file, root, "clusters"),
    users: readList(file, root, "users"),
  };
}

/** Joins files as client-go does: whatever is named first wins, whole. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const reversed = configs.toReversed();
  const join = (list: keyof typeof LISTS) =>
    new Map(reversed.flatMap((config) => [...config[list]]));
  return {
    currentContext: configs.find((config) => config.currentContext !== undefined)?.currentContext,
    contexts: join("contexts"),
    clusters: join("clusters"),
    users: join("users"),
  };
}

function readList(
  file: string,
  root: Readonly<Record<string, unknown>>,
  list: keyof typeof LISTS,
): Map<string, KubeconfigEntry> {
  const entries = root[list] ?? [];
  if (!Array.isArray(entries)) throw invalid(file, `${list} must be a list`);
  const key = LISTS[list];
  const named = entries.map((entry: unknown, index): [string, KubeconfigEntry] => {
    if (!isRecord(entry) || typeof entry.name !== "string") {
      throw invalid(file, `${list}[${index}] must have a name`);
    }
    const fields = entry[key] ?? {};
    if (!isRecord(fields)) throw invalid(file, `${list}[${index}].${key} must be a map`);
    return [entry.name, { file, fields }];
  });
  return new Map(named.toReversed());
}

/** Tells a YAML map from the other values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(file: string, problem: string): KubeconfigError {
  return new KubeconfigError(
    "ERR_KUBECONFIG_INVALID",
    `Cannot read kubeconfig ${file}: ${problem}`,
  );
}
