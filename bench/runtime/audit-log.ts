import { readFile } from "node:fs/promises";

interface AuditLine {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
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
  for (const { verb, user: who, objectRef } of await readLines(auditLogPath)) {
    if (who.username !== user || !WRITES.has(verb) || objectRef?.namespace !== namespace) continue;
    const { resource, subresource } = objectRef;
    const what = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

/** Who wrote which request's status, a write that was accepted each, in the order of their end. */
export async function acceptedStatusWrites(
  auditLogPath: string,
  namespace: string,
): Promise<{ readonly user: string; readonly name: string }[]> {
  const lines = await readLines(auditLogPath);
  return lines.flatMap(({ verb, user, objectRef, responseStatus }) => {
    const { resource, subresource, name = "" } = objectRef ?? {};
    const isStatus = resource === "certificaterequests" && subresource === "status";
    const isOurs = isStatus && objectRef?.namespace === namespace && verb === "patch";
    return isOurs && responseStatus?.code === 200 ? [{ user: user.username, name }] : [];
  });
}

async function readLines(auditLogPath: string): Promise<AuditLine[]> {
  const lines = (await readFile(auditLogPath, "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as AuditLine);
}
