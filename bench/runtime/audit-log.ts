import { readFile } from "node:fs/promises";

interface AuditLine {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
}

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/**
 * Counts what a user has written in a namespace, by what it did: `patch certificaterequests/status`.
 * Complete only for calls that have ended.
 */
export async function countWrites(
  auditLogPath: string,
  { user, namespace }: { user: string; namespace: string },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of (await readFile(auditLogPath, "utf8")).split("\n")) {
    if (line === "") continue;
    const { verb, user: who, objectRef } = JSON.parse(line) as AuditLine;
    if (who.username !== user || !WRITES.has(verb) || objectRef?.namespace !== namespace) continue;
    const { resource, subresource } = objectRef;
    const what = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
