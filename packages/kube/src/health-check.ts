/** One thing that must be well. */
export interface HealthCheck {
  /** Part of the check's own path: `/readyz/informer-sync`. */
  readonly name: string;
  /** Throws what is wrong. */
  readonly check: () => void;
}

/** An answer to a probe. */
export interface HealthAnswer {
  readonly status: 200 | 404 | 500;
  readonly body: string;
}

/** What a check came to, for the one line of it. */
type Verdict = { readonly name: string; readonly says: "ok" | "excluded" | "failed" };

const LINES: Readonly<Record<Verdict["says"], (name: string) => string>> = {
  ok: (name) => `[+]${name} ok\n`,
  excluded: (name) => `[+]${name} excluded: ok\n`,
  // Whoever may look at one check by its own path is told more.
  failed: (name) => `[-]${name} failed: reason withheld\n`,
};

/**
 * Answers a probe in the words of the Kubernetes API server: `ok`, or a line for each check when one
 * fails or the query says `verbose`; `exclude=<name>` leaves a check out; `/<probe>/<name>` is one
 * check alone, with its reason.
 */
export function answerProbe(
  url: string,
  probes: Readonly<Record<string, readonly HealthCheck[]>>,
): HealthAnswer {
  const { pathname, searchParams } = new URL(url, "http://probe");
  const [, probe = "", name = "", ...rest] = pathname.split("/");
  const checks = Object.hasOwn(probes, probe) ? probes[probe] : undefined;
  if (checks === undefined || rest.length > 0) return NOT_FOUND;
  if (name === "") return answerAll(probe, checks, searchParams);
  const check = checks.find((each) => each.name === name);
  return check === undefined ? NOT_FOUND : answerOne(check);
}

const NOT_FOUND: HealthAnswer = { status: 404, body: "404 page not found\n" };

function answerAll(
  probe: string,
  checks: readonly HealthCheck[],
  query: URLSearchParams,
): HealthAnswer {
  const excluded = new Set(query.getAll("exclude"));
  const verdicts = checks.map((check): Verdict => {
    const { name } = check;
    if (excluded.delete(name)) return { name, says: "excluded" };
    return { name, says: problemOf(check) === undefined ? "ok" : "failed" };
  });
  const unknown = [...excluded].sort().map((name) => JSON.stringify(name));
  const warning =
    unknown.length === 0
      ? ""
      : `warn: some health checks cannot be excluded: no matches for ${unknown.join(",")}\n`;
  const lines = verdicts.map(({ name, says }) => LINES[says](name)).join("") + warning;
  if (verdicts.some(({ says }) => says === "failed")) {
    return { status: 500, body: `${lines}${probe} check failed\n` };
  }
  return { status: 200, body: query.has("verbose") ? `${lines}${probe} check passed\n` : "ok" };
}

function answerOne(check: HealthCheck): HealthAnswer {
  const problem = problemOf(check);
  return problem === undefined
    ? { status: 200, body: "ok" }
    : { status: 500, body: `internal server error: ${problem}\n` };
}

function problemOf({ check }: HealthCheck): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
