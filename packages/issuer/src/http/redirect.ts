import { shownUrl } from "./ca-url.ts";

/** What follows from an answer of 3xx. */
export type Redirect =
  | { readonly do: "follow"; readonly url: URL; readonly keepsBody: boolean }
  | { readonly do: "refuse"; readonly message: string };

const STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** A CA needs one; more are a loop. */
const MOST_REDIRECTS = 3;

/** Whether a status sends the caller elsewhere. 304 and the like are answers. */
export function isRedirect(status: number): boolean {
  return STATUSES.includes(status);
}

/**
 * Decides on a redirect, RFC 9110 §15.4: only within the origin, since the credentials go along. A 303
 * is fetched by GET. After a 301 or 302 a POST would be sent again by some and become a GET for others:
 * it is refused.
 */
export function decideRedirect(
  call: { url: URL; method: string; count: number },
  answer: { status: number; location: string | undefined },
): Redirect {
  const { url, method, count } = call;
  const refuse = (why: string): Redirect => ({
    do: "refuse",
    message: `The CA at ${shownUrl(url)} answered ${answer.status}, a redirect ${why}`,
  });
  const to = answer.location === undefined ? null : URL.parse(answer.location, url.href);
  if (to === null) return refuse("without an address: see to the issuer's URL.");
  if (to.origin !== url.origin) {
    return refuse(
      `to ${to.origin}: it is not followed there, set the issuer's URL to what it must be.`,
    );
  }
  if (count >= MOST_REDIRECTS) return refuse(`after ${count} others: see to the issuer's URL.`);
  if (answer.status === 303) return { do: "follow", url: to, keepsBody: false };
  const isSafe = method === "GET" || method === "HEAD";
  if (isSafe || answer.status >= 307) return { do: "follow", url: to, keepsBody: true };
  return refuse(`of a ${method} to ${shownUrl(to)}: set the issuer's URL so that it needs none.`);
}
