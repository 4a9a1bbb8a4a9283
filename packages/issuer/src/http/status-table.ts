/**
 * What an answer's status means for `sign()` and `check()`:
 *
 * - `answer`: nothing is thrown, the caller reads it.
 * - `permanent`: a `PermanentError`: this request will never be issued.
 * - `issuerAtFault`: an `IssuerError`: the issuer is not Ready and is checked again.
 * - `transient`: an error that is tried again, after `Retry-After` where the CA says so.
 */
export type StatusMeaning = "answer" | "permanent" | "issuerAtFault" | "transient";

/** A row of the table: a meaning, and what whoever reads the message can do. */
interface StatusRule {
  readonly meaning: StatusMeaning | "refusedBody";
  readonly advice?: string;
}

const CREDENTIALS = "See to the issuer's credentials, and to what the CA lets them do.";
const ADDRESS = "See to the issuer's URL.";

/** RFC 9110 §15, RFC 6585, RFC 8470. What is not here and no success is tried again. */
const RULES: Readonly<Record<number, StatusRule>> = {
  400: { meaning: "refusedBody" },
  401: { meaning: "issuerAtFault", advice: CREDENTIALS },
  402: { meaning: "issuerAtFault", advice: "See to the issuer's account at the CA." },
  403: { meaning: "issuerAtFault", advice: CREDENTIALS },
  404: { meaning: "issuerAtFault", advice: ADDRESS },
  405: { meaning: "issuerAtFault", advice: ADDRESS },
  407: { meaning: "issuerAtFault", advice: "See to the proxy's credentials." },
  410: { meaning: "issuerAtFault", advice: ADDRESS },
  413: { meaning: "refusedBody" },
  414: { meaning: "refusedBody" },
  415: { meaning: "refusedBody" },
  421: { meaning: "issuerAtFault", advice: ADDRESS },
  422: { meaning: "refusedBody" },
  426: { meaning: "issuerAtFault", advice: ADDRESS },
  451: { meaning: "permanent" },
  501: { meaning: "issuerAtFault", advice: ADDRESS },
};

/**
 * Looks up what a status means. What a CA says of a body (400, 413, 422 …) is the request's fault; to
 * a call without one, such as a check, the same answer says that the issuer is set up wrongly.
 *
 * @param own rows of the caller's, which come first: `{ 404: "permanent" }` where a 404 is an order's
 */
export function meaningOf(
  status: number,
  call: { hasBody: boolean; own?: Readonly<Record<number, StatusMeaning>> | undefined },
): { meaning: StatusMeaning; advice?: string } {
  const own = call.own?.[status];
  if (own !== undefined) return { meaning: own };
  if (status >= 200 && status < 300) return { meaning: "answer" };
  const { meaning, advice } = RULES[status] ?? { meaning: "transient" };
  if (meaning === "refusedBody") return { meaning: call.hasBody ? "permanent" : "issuerAtFault" };
  return advice === undefined ? { meaning } : { meaning, advice };
}
