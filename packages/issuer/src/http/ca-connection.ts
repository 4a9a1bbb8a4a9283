import { validateHeaderValue } from "node:http";
import type { Dispatcher } from "undici";
import { IssuerError } from "../outcome.ts";
import { CaAnswer } from "./ca-answer.ts";
import { callUrl, shownUrl } from "./ca-url.ts";
import { errorOfFailure, ownFailure } from "./call-failure.ts";
import { exchange, type Limits, type Sending } from "./exchange.ts";
import { decideRedirect, isRedirect } from "./redirect.ts";
import { errorOfAnswer } from "./refused-answer.ts";
import { secretsOf } from "./shown-text.ts";
import type { StatusMeaning } from "./status-table.ts";

/** Where an issuer's CA is, and how it knows the issuer. */
export interface CaTarget {
  /** Calls go to paths below it. No password, no query. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a line end around it, as files have it, is left out. */
  readonly token?: string;
  /** Sent with every call. Their values are taken for secrets: no message shows them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM: what verifies the CA's server, instead of Node's own roots. */
  readonly caPem?: string;
  /** PEM: who the issuer is to the CA's server (mTLS). */
  readonly clientCertificate?: { readonly certPem: string; readonly keyPem: string };
  /** A proxy of the issuer's own, instead of the environment's. */
  readonly proxyUrl?: string;
}

/** A call, besides its path. */
export interface CaCallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON, instead of `body`. */
  readonly json?: unknown;
  /**
   * What statuses mean that mean something of their own to this call:
   * `{ 404: "answer" }` to read it, `{ 409: "permanent" }`.
   */
  readonly on?: Readonly<Record<number, StatusMeaning>>;
}

interface Setting {
  readonly base: URL;
  readonly signal: AbortSignal;
  readonly limits: Limits & { readonly totalTimeoutMs: number };
  /** @throws IssuerError or AddressError */
  readonly pool: () => Dispatcher;
}

/**
 * Calls one issuer's CA.
 *
 * Errors of every call: `PermanentError` and `IssuerError` as the status says, `CaError` for what may
 * pass, the reason of the signal when that aborts. `status-table.ts` has the statuses.
 */
export class CaConnection {
  readonly #setting: Setting;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];

  constructor(target: CaTarget, setting: Setting) {
    const { headers = {}, token } = target;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token.trim()}` };
    this.#setting = setting;
    const own = { ...lowerCase(headers), ...authorization };
    this.#headers = { "user-agent": "countersign", ...own };
    this.#secrets = secretsOf(own);
    for (const [name, value] of Object.entries(this.#headers)) requireHeader(name, value);
  }

  /** @param path below the CA's URL, with its query; parts of it encoded by `encodeURIComponent()` */
  get(path: string, options: Omit<CaCallOptions, "body" | "json"> = {}): Promise<CaAnswer> {
    return this.request("GET", path, options);
  }

  post(path: string, options: CaCallOptions = {}): Promise<CaAnswer> {
    return this.request("POST", path, options);
  }

  /** Any method's call. */
  async request(
    method: Dispatcher.HttpMethod,
    path: string,
    options: CaCallOptions = {},
  ): Promise<CaAnswer> {
    const { base, signal, limits } = this.#setting;
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      const seconds = limits.totalTimeoutMs / 1_000;
      deadline.abort(ownFailure("ERR_CA_TOTAL_TIMEOUT", `not within ${seconds} s`));
    }, limits.totalTimeoutMs);
    try {
      return await this.#follow({
        url: callUrl(base, path),
        method,
        signal: AbortSignal.any([signal, deadline.signal]),
        own: options.on,
        ...contentOf(options, this.#headers),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(call: Sending & { own: CaCallOptions["on"] }): Promise<CaAnswer> {
    let sending: Sending = call;
    for (let count = 0; ; count += 1) {
      const answer = await this.#send(sending);
      const { url, method } = sending;
      const shown = shownUrl(url);
      if (!isRedirect(answer.status)) {
        const hasBody = sending.body !== undefined;
        const answered = { url: shown, hasBody, own: call.own, secrets: this.#secrets };
        const error = errorOfAnswer(answered, answer);
        if (error !== undefined) throw error;
        return answer;
      }
      const { status, headers } = answer;
      const next = decideRedirect({ url, method, count }, { status, location: headers.location });
      if (next.do === "refuse") throw new IssuerError(next.message);
      sending = next.keepsBody
        ? { ...sending, url: next.url }
        : { ...sending, url: next.url, method: "GET", body: undefined };
    }
  }

  async #send(sending: Sending): Promise<CaAnswer> {
    const url = shownUrl(sending.url);
    try {
      const answer = await exchange(this.#setting.pool(), sending, this.#setting.limits);
      return new CaAnswer(url, answer);
    } catch (error) {
      const { signal } = this.#setting;
      if (signal.aborted) throw signal.reason;
      if (error instanceof IssuerError) throw error;
      throw errorOfFailure({ url, method: sending.method }, error);
    }
  }
}

function contentOf(
  { body, json, headers = {} }: CaCallOptions,
  common: Readonly<Record<string, string>>,
): Pick<Sending, "headers" | "body"> {
  const all = { ...common, ...lowerCase(headers) };
  if (json === undefined) return { headers: all, body };
  return { headers: { "content-type": "application/json", ...all }, body: JSON.stringify(json) };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Node's own message would quote the value. */
function requireHeader(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    throw new IssuerError(
      `The header ${name} for the CA holds a character that no header may have: correct what it is read from`,
    );
  }
}
