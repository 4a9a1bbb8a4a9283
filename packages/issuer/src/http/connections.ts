import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import { IssuerError } from "../outcome.ts";
import { type AddressRules, guardConnector, guardLookup, requireAddress } from "./address-guard.ts";

/** How to get to a CA: what two calls must share to share a connection. */
export interface Route {
  readonly origin: string;
  readonly rules: AddressRules;
  /** What verifies the CA, instead of Node's own roots. */
  readonly caPem?: string | undefined;
  readonly clientCertificate?: { readonly certPem: string; readonly keyPem: string } | undefined;
  /** `isTrusted`: named by whoever runs the controller, not by an issuer. */
  readonly proxy?: { readonly url: string; readonly isTrusted: boolean } | undefined;
}

/** Settings of {@link Connections}. */
export interface ConnectionsOptions {
  readonly connectTimeoutMs: number;
  readonly connectionsPerCa: number;
  readonly lookup: LookupFunction;
}

/** More issuers than this are served with some of their connections opened anew. */
const MOST_ROUTES = 256;

/**
 * The connections to all CAs of a client, a pool a route. Issuers whose trust or client certificate
 * differ never share one, and a certificate that was replaced has a pool of its own.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** The least recently used first. */
  readonly #pools = new Map<string, Dispatcher>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /**
   * The pool for a route; nothing is connected yet.
   *
   * @throws IssuerError for a certificate, key or proxy that cannot be used
   */
  to(route: Route): Dispatcher {
    const key = createHash("sha256").update(JSON.stringify(route)).digest("hex");
    const pool = this.#pools.get(key) ?? this.#create(route);
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    const [oldest] = this.#pools;
    if (this.#pools.size > MOST_ROUTES && oldest !== undefined) {
      this.#pools.delete(oldest[0]);
      void oldest[1].close(); // ends once its calls have; it has nobody to tell
    }
    return pool;
  }

  /** Ends all connections, once their calls have ended. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  #create(route: Route): Dispatcher {
    const { connectTimeoutMs: timeout, connectionsPerCa: connections, lookup } = this.#options;
    const { origin, rules, proxy } = route;
    const base = { allowH2: false, minVersion: "TLSv1.2", timeout } as const;
    const tls = { ...base, rejectUnauthorized: true, ...trustOf(route) };
    if (proxy === undefined) {
      const connect = guardConnector((guarded) => buildConnector({ ...tls, ...guarded }), {
        lookup,
        rules,
      });
      return new Pool(origin, { connections, connect });
    }
    requireLiteral(new URL(origin), rules);
    const { url, isTrusted } = proxy;
    if (!isTrusted) requireLiteral(parseProxyUrl(url), rules);
    return new ProxyAgent({
      uri: parseProxyUrl(url).href,
      connections,
      connectTimeout: timeout,
      requestTls: tls,
      proxyTls: { ...base, lookup: isTrusted ? lookup : guardLookup(lookup, rules) },
    });
  }
}

/** Behind a proxy names are the proxy's to look up; an address is seen here. */
function requireLiteral(url: URL, rules: AddressRules): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) requireAddress(host, host, rules);
}

function parseProxyUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new IssuerError("The proxy's URL must begin with http:// or https://: correct it");
}

function trustOf({ caPem, clientCertificate }: Route): {
  ca?: string;
  cert?: string;
  key?: string;
} {
  if (caPem !== undefined) {
    attempt("The certificates that verify the CA cannot be used", () => new X509Certificate(caPem));
  }
  if (clientCertificate === undefined) return caPem === undefined ? {} : { ca: caPem };
  const { certPem: cert, keyPem: key } = clientCertificate;
  attempt("The client certificate for the CA cannot be used", () => {
    const isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!isPair) throw new Error("its key is another one's");
  });
  return { cert, key, ...(caPem === undefined ? {} : { ca: caPem }) };
}

/** Node's errors say what is wrong with a PEM and quote nothing of it. */
function attempt(what: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new IssuerError(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}
