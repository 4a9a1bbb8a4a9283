/** Which calls go wrong, and how: rules, matched without any network. */

/** One call that has reached the proxy. */
export interface ProxiedCall {
  /** Counted from 1, over all calls. */
  readonly number: number;
  readonly method: string;
  /** Without the query: `/apis/cert-manager.io/v1/namespaces/default/certificaterequests/web/status`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty where there is none. */
  readonly body: string;
}

/**
 * What happens to a call instead of its being passed on:
 *
 * - `answer`: the proxy refuses it as the API server would, which never hears of it.
 * - `cutBefore`: its connection ends, and the API server never hears of it.
 * - `cutAfter`: the API server acts and answers, and the connection ends before the caller knows.
 * - `delay`: it is passed on later.
 * - `hold`: it is passed on when a promise settles. A caller that has gone by then has taken its
 *   call along.
 */
export type Fault =
  | {
      readonly do: "answer";
      readonly status: number;
      /** @default "the fault proxy was told to answer so" */
      readonly message?: string;
      /** Sent as the header and in the body, as the API server does. */
      readonly retryAfterSeconds?: number;
    }
  | { readonly do: "cutBefore" }
  | { readonly do: "cutAfter" }
  | { readonly do: "delay"; readonly delayMs: number }
  | { readonly do: "hold"; readonly until: Promise<unknown> };

/** A fault, and which calls it befalls: those that everything given here is true of. */
export interface FaultRule {
  readonly method?: string;
  /** The whole path, or a pattern of it. */
  readonly path?: string | RegExp;
  /** What else must be true of a call. */
  readonly when?: (call: ProxiedCall) => boolean;
  /** How many matching calls are let through first. @default 0 */
  readonly after?: number;
  /** How many calls it befalls then. @default Infinity */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface ActiveRule extends Disposable {
  /** The calls it has befallen. */
  readonly hits: readonly ProxiedCall[];
  /** Takes it out of force. */
  remove(): void;
}

/** Rules in the order in which they were added: the first that matches and is not spent decides. */
export class FaultRules {
  readonly #rules = new Set<RuleState>();

  add(rule: FaultRule): ActiveRule {
    const state: RuleState = { rule, hits: [], passed: 0 };
    this.#rules.add(state);
    const remove = (): void => void this.#rules.delete(state); // that it was gone is no matter
    return { hits: state.hits, remove, [Symbol.dispose]: remove };
  }

  /** Takes all rules out of force. */
  clear(): void {
    this.#rules.clear();
  }

  /** Decides on a call, and counts it. */
  decide(call: ProxiedCall): Fault | undefined {
    for (const state of this.#rules) {
      const { rule, hits } = state;
      if (!isAbout(rule, call) || hits.length >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      if (state.passed < (rule.after ?? 0)) {
        state.passed += 1;
        continue;
      }
      hits.push(call);
      return rule.fault;
    }
    return undefined;
  }
}

interface RuleState {
  readonly rule: FaultRule;
  readonly hits: ProxiedCall[];
  /** Matching calls that it has let through. */
  passed: number;
}

function isAbout(rule: FaultRule, call: ProxiedCall): boolean {
  const { method, path, when } = rule;
  if (method !== undefined && method !== call.method) return false;
  if (typeof path === "string" && path !== call.path) return false;
  if (path instanceof RegExp && call.path.search(path) === -1) return false;
  return when?.(call) ?? true;
}
