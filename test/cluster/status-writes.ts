import { readFile } from "node:fs/promises";

/** A write that the API server has accepted. */
export interface AcceptedWrite {
  /** Its service account's name. */
  readonly by: string;
  /** When the API server received the call: RFC 3339 with microseconds, so that texts compare as times. */
  readonly at: string;
  readonly resource: string;
  readonly name: string;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
  readonly requestReceivedTimestamp: string;
}

/**
 * Reads from an audit log what service accounts have written and the API server has accepted: the
 * statuses, in the order in which they came.
 */
export async function acceptedStatusWrites(auditLogPath: string): Promise<AcceptedWrite[]> {
  const text = await readFile(auditLogPath, "utf8");
  // The last line may be half written.
  const whole = text.slice(0, text.lastIndexOf("\n")).split("\n");
  return whole
    .map((line) => JSON.parse(line) as AuditEvent)
    .flatMap(({ verb, user, objectRef, responseStatus, requestReceivedTimestamp: at }) => {
      const isStatus = verb === "patch" && objectRef?.subresource === "status";
      const isAccepted = (responseStatus?.code ?? 500) < 300;
      if (!isStatus || !isAccepted) return [];
      const { resource, name = "" } = objectRef;
      return [{ by: user.username.split(":").at(-1) ?? "", at, resource, name }];
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}
