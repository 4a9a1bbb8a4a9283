/** What is known of a request. Times are of one monotonic clock. */
export interface RequestRecord {
  readonly uid: string;
  readonly issuer: string;
  createdAtMs: number;
  /** Undefined where it was deleted in place of being approved. */
  approvedAtMs?: number;
  issuedAtMs?: number;
  /** The serials that were seen in its status, each once. */
  readonly serials: string[];
}

/** A certificate that a CA has made, and for which request. */
export interface Minted {
  readonly uid: string;
  readonly serialHex: string;
}

/** A time in which something was broken or recovered from it. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What came of the requests. */
export interface Account {
  readonly approved: number;
  /** Approved and not issued. */
  readonly lost: readonly string[];
  /** Issued more than once: by the CA, or as its status shows it. */
  readonly doubled: readonly string[];
  /** Not published as the CA made it. */
  readonly strange: readonly string[];
  /** Signed without an approval. */
  readonly unapproved: readonly string[];
}

/** Which requests went wrong. `minted` is of the issuers whose CA counts; the others have no entry there. */
export function account(
  records: readonly RequestRecord[],
  minted: readonly Minted[],
  hasCountingCa: (issuer: string) => boolean,
): Account {
  const byUid = Map.groupBy(minted, ({ uid }) => uid);
  const serialsOf = (uid: string): string[] =>
    (byUid.get(uid) ?? []).map(({ serialHex }) => serialHex);
  const uidsOf = (isSo: (record: RequestRecord) => boolean): string[] =>
    records.filter(isSo).map(({ uid }) => uid);
  return {
    approved: records.filter(({ approvedAtMs }) => approvedAtMs !== undefined).length,
    lost: uidsOf(
      ({ approvedAtMs, issuedAtMs }) => approvedAtMs !== undefined && issuedAtMs === undefined,
    ),
    doubled: uidsOf(({ uid, serials }) => serials.length > 1 || serialsOf(uid).length > 1),
    strange: uidsOf(
      ({ uid, issuer, serials }) =>
        hasCountingCa(issuer) && serials.some((serial) => !serialsOf(uid).includes(serial)),
    ),
    unapproved: uidsOf(
      ({ uid, approvedAtMs, serials }) =>
        approvedAtMs === undefined && (serials.length > 0 || serialsOf(uid).length > 0),
    ),
  };
}

/** How long requests took from their approval, those that nothing disturbed and all. */
export function timesToIssue(
  records: readonly RequestRecord[],
  windows: readonly Window[],
): { readonly undisturbed: number[]; readonly all: number[] } {
  const all: number[] = [];
  const undisturbed: number[] = [];
  for (const { createdAtMs, approvedAtMs, issuedAtMs } of records) {
    if (approvedAtMs === undefined || issuedAtMs === undefined) continue;
    const tookMs = issuedAtMs - approvedAtMs;
    all.push(tookMs);
    const isDisturbed = windows.some(
      ({ fromMs, toMs }) => createdAtMs <= toMs && issuedAtMs >= fromMs,
    );
    if (!isDisturbed) undisturbed.push(tookMs);
  }
  return { undisturbed, all };
}
