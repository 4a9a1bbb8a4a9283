import { IssuerError } from "../outcome.ts";

/**
 * Reads the URL of an issuer's CA.
 *
 * @throws IssuerError where it is no HTTP URL, or holds what would be shown or lost: a password, a query
 */
export function parseCaUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new IssuerError(`The CA's URL is no URL: correct it`);
  const must = (what: string): IssuerError =>
    new IssuerError(`The CA's URL ${shownUrl(url)} must ${what}`);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw must("begin with https://");
  if (url.username !== "" || url.password !== "") {
    throw must("hold no user name and no password: keep them in a Secret");
  }
  if (url.search !== "" || url.hash !== "") throw must("have no ? and no #");
  return url;
}

/**
 * The URL of a call: a path below the CA's URL, of which nothing is lost: `/sign` below
 * `https://ca.example.com/v1` is `https://ca.example.com/v1/sign`.
 *
 * @throws TypeError for a path that is not below it: it is the author's, with parts encoded by
 * `encodeURIComponent()`
 */
export function callUrl(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/+$/, "");
  const url = URL.parse(`${base.origin}${prefix}${path}`);
  const isBelow = url?.origin === base.origin && url.pathname.startsWith(`${prefix}/`);
  if (!path.startsWith("/") || url === null || !isBelow) {
    throw new TypeError(
      `Cannot call the CA at ${shownUrl(base)}: the path must begin with / and stay below that URL`,
    );
  }
  return url;
}

/** An URL as a message may show it: a query may hold a secret. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
