/** A sentence of a CA fits; a page of HTML does not. */
const LONGEST_TEXT = 300;

/** Shorter ones would hide half of what is said, and protect nothing. */
const SHORTEST_SECRET = 4;

const HIDDEN = "(hidden)";

/**
 * What of a CA's words may stand in a message that users of the cluster read: one line, short, and
 * without the secrets that the call carried, in case the CA repeats them.
 */
export function shownText(text: string, secrets: readonly string[]): string {
  const visible = hideSecrets(text, secrets)
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim();
  if (visible === "") return "(no text)";
  if (/^<(!doctype|html|\?xml)\b/i.test(visible)) return `(a page: ${titleOf(visible)})`;
  return cut(visible);
}

/** The secrets that headers carry: whole values, and what stands behind `Bearer` or within `Basic`. */
export function secretsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.values(headers).flatMap((value) => {
    const [scheme = "", credentials = ""] = value.split(" ", 2);
    if (scheme.toLowerCase() !== "basic") return [value, credentials];
    const [, password = ""] = Buffer.from(credentials, "base64").toString("utf8").split(/:(.*)/s);
    return [value, credentials, password];
  });
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
}

function titleOf(page: string): string {
  const [, title = "no title"] = /<title[^>]*>([^<]*)</i.exec(page) ?? [];
  return cut(title.trim());
}

/** Cuts between two characters, not within one. */
function cut(text: string): string {
  const characters = [...text.slice(0, LONGEST_TEXT * 2)];
  if (characters.length <= LONGEST_TEXT) return text;
  return `${characters.slice(0, LONGEST_TEXT).join("")}… (cut)`;
}
