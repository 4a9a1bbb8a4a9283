/**
 * What an answer's status means for `sign()` and `check()`:
 *
 * - `answer`: nothing is thrown, the caller reads it.
 * - `permanent`: a `PermanentError`: this request will never be issued.
 * - `issuerAtFault`: an `IssuerError`: the issuer is not Ready and is checked again.
 * - `transient`: an error that is tried again, after `Retry-After` where the CA says so.
 */
export type Reaction = "answer" | "permanent" | "issuerAtFault" | "transient";

/** A row of the table: a reaction, and what whoever reads the message can do. */
interface StatusRule {
  readonly reaction: Reaction | "refusedBody";
  readonly advice?: string;
}

const CREDENTIALS = "See to the issuer's credentials, and to what the CA lets them do.";
const ADDRESS = "See to the issuer's URL.";

/** RFC 9110 §15, RFC 6585, RFC 8470. What is not here and no success is tried again. */
const RULES: Readonly<Record<number, StatusRule>> = {
  400: { reaction: "refusedBody" },
  401: { reaction: "issuerAtFault", advice: CREDENTIALS },
  402: { reaction: "issuerAtFault", advice: "See to the issuer's account at the CA." },
  403: { reaction: "issuerAtFault", advice: CREDENTIALS },
  404: { reaction: "issuerAtFault", advice: ADDRESS },
  405: { reaction: "issuerAtFault", advice: ADDRESS },
  407: { reaction: "issuerAtFault", advice: "See to the proxy's credentials." },
  410: { reaction: "issuerAtFault", advice: ADDRESS },
  413: { reaction: "refusedBody" },
  414: { reaction: "refusedBody" },
  415: { reaction: "refusedBody" },
  421: { reaction: "issuerAtFault", advice: ADDRESS },
  422: { reaction: "refusedBody" },
  426: { reaction: "issuerAtFault", advice: ADDRESS },
  451: { reaction: "permanent" },
  501: { reaction: "issuerAtFault", advice: ADDRESS },
};

/**
 * Looks up what a status means. What a CA says of a body (400, 413, 422 …) is the request's fault; to
 * a call without one, such as a check, the same answer says that the issuer is set up wrongly.
 *
 * @param own rows of the caller's, which come first: `{ 404: "permanent" }` where a 404 is an order's
 */
export function reactionTo(
  status: number,
  call: { hasBody: boolean; own?: Readonly<Record<number, Reaction>> | undefined },
): { reaction: Reaction; advice?: string } {
  const own = call.own?.[status];
  if (own !== undefined) return { reaction: own };
  if (status >= 200 && status < 300) return { reaction: "answer" };
  const { reaction, advice } = RULES[status] ?? { reaction: "transient" };
  if (reaction === "refusedBody") return { reaction: call.hasBody ? "permanent" : "issuerAtFault" };
  return advice === undefined ? { reaction } : { reaction, advice };
}
