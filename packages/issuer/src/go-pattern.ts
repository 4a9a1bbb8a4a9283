/** A pattern as Go reads it, or what in it Go has not. */
export type GoPattern = { readonly pattern: string } | { readonly fault: string };

/** What JavaScript's regular expressions have and Go's have not. */
const FAULTS: readonly [syntax: RegExp, fault: string][] = [
  [/^\(\?<?[=!]/, "a lookaround"],
  [/^\\[1-9]/, "a back reference"],
  [/^\\k</, "a back reference"],
  [/^\\c[A-Za-z]/, "a control escape"],
];

/** What Go writes in another way. */
const REWRITES: readonly [syntax: RegExp, to: (match: RegExpExecArray) => string][] = [
  [/^\\u\{([0-9A-Fa-f]+)\}/, ([, hex]) => `\\x{${hex}}`],
  [/^\\u([0-9A-Fa-f]{4})/, ([, hex]) => `\\x{${hex}}`],
];

/** Flags that Go has within the pattern, and those that change nothing for a test of one string. */
const FLAGS: Readonly<Record<string, string>> = { i: "i", m: "m", s: "s" };

/** The most repetitions that Go allows. */
const MOST_REPETITIONS = 1_000;

/**
 * Writes a JavaScript regular expression as the API server reads a CRD's patterns: by Go's `regexp`,
 * whose syntax is RE2's.
 *
 * Source: https://github.com/google/re2/wiki/Syntax
 */
export function goPattern({ source, flags }: RegExp): GoPattern {
  const inline = [...flags].flatMap((flag) => FLAGS[flag] ?? []).join("");
  let pattern = inline === "" ? "" : `(?${inline})`;
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const fault = FAULTS.find(([syntax]) => syntax.test(rest))?.[1] ?? repetitionFault(rest);
    if (fault !== undefined) return { fault };
    const [taken, written] = nextToken(rest);
    pattern += written;
    at += taken;
  }
  return { pattern };
}

function nextToken(rest: string): [taken: number, written: string] {
  for (const [syntax, to] of REWRITES) {
    const match = syntax.exec(rest);
    if (match) return [match[0].length, to(match)];
  }
  const token = rest.startsWith("\\") ? rest.slice(0, 2) : rest.slice(0, 1);
  return [token.length, token];
}

function repetitionFault(rest: string): string | undefined {
  const bounds = /^\{(\d+)(?:,(\d*))?\}/.exec(rest)?.slice(1) ?? [];
  const isTooMany = bounds.some((bound) => Number(bound ?? 0) > MOST_REPETITIONS);
  return isTooMany ? `more than ${MOST_REPETITIONS} repetitions` : undefined;
}
