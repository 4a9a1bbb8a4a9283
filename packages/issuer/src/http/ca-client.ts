import { lookup as dnsLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { CaConnection, type CaTarget } from "./ca-connection.ts";
import { parseCaUrl } from "./ca-url.ts";
import { Connections } from "./connections.ts";
import { type ProxyEnvironment, proxyFor } from "./proxy.ts";

/** Settings of {@link createCaClient}. */
export interface CaClientOptions {
  /** How long connecting may take, TLS included. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** How long an answer may take to begin. @default 30_000 */
  readonly headersTimeoutMs?: number;
  /** How long the next part of an answer may take. @default 10_000 */
  readonly bodyTimeoutMs?: number;
  /** How long a call may take in all, redirects included. @default 50_000: within the deadline of `sign()` */
  readonly totalTimeoutMs?: number;
  /** An answer that is larger fails. @default 1 MiB */
  readonly maxAnswerBytes?: number;
  /** The most connections to one CA at a time. @default 16 */
  readonly connectionsPerCa?: number;
  /**
   * Where proxies are named, and `ALLOW_LOOPBACK_CA`: whether issuers of a namespace may have a CA on
   * the controller's own host, as in tests and beside a sidecar.
   *
   * @default process.env
   */
  readonly environment?: ProxyEnvironment;
  /** How names are looked up. @default as the system does */
  readonly lookup?: LookupFunction;
}

/** Calls the CAs of all issuers of a program. */
export interface CaClient {
  /**
   * Prepares calls for one issuer; give it what `check()` or `sign()` got.
   *
   * @throws IssuerError for an URL that cannot be used
   */
  to(context: CaContext, target: CaTarget): CaConnection;
  /** Ends all connections, once their calls have ended. */
  close(): Promise<void>;
}

/** What a client must know of who calls: a part of `check()`'s and `sign()`'s argument. */
export interface CaContext {
  readonly issuer: { readonly namespace?: string };
  readonly signal: AbortSignal;
}

/**
 * Creates the client by which an issuer calls its CA, once for the whole program:
 *
 * ```ts
 * const ca = createCaClient();
 * // in sign():
 * const api = ca.to({ issuer, signal }, { url: issuer.spec.url, token });
 * const { text } = await api.post("/sign", { body: request.csrPem });
 * ```
 *
 * Guarantees: what an answer's status or a failure means is thrown as the error with that outcome; TLS
 * 1.2 or newer, verified, always; connections to allowed addresses only, looked at when connecting;
 * redirects within the CA's origin only; limits on time and size of every answer; no secret in a
 * message. Nothing is sent twice but by a redirect: what is tried again goes through `sign()`.
 *
 * Caveat: behind a proxy the names of CAs are the proxy's to look up, and to refuse.
 */
export function createCaClient(options: CaClientOptions = {}): CaClient {
  const { environment = process.env, lookup = dnsLookup as LookupFunction } = options;
  const { connectTimeoutMs = 10_000, connectionsPerCa = 16 } = options;
  const limits = {
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 10_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 50_000,
    maxAnswerBytes: options.maxAnswerBytes ?? 1_048_576,
  };
  const connections = new Connections({ connectTimeoutMs, connectionsPerCa, lookup });
  return {
    to: ({ issuer, signal }, target) => {
      const base = parseCaUrl(target.url);
      const { proxyUrl } = target;
      const named = proxyFor(base, environment);
      const trusted = named === undefined ? undefined : { url: named, isTrusted: true };
      const proxy = proxyUrl === undefined ? trusted : { url: proxyUrl, isTrusted: false };
      const { caPem, clientCertificate } = target;
      const isAllowed = environment.ALLOW_LOOPBACK_CA === "true";
      const rules = { allowsLoopback: isAllowed || issuer.namespace === undefined };
      const route = { origin: base.origin, rules, caPem, clientCertificate, proxy };
      return new CaConnection(target, { base, signal, limits, pool: () => connections.to(route) });
    },
    close: () => connections.close(),
  };
}
