import type { SecureVersion } from "node:tls";
import { Client, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Connection } from "./connection.ts";
import type { TlsMaterial } from "./tls-material.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Below the 90 s after which the API server closes an idle connection. */
const KEEP_ALIVE_MS = 60_000;

const TCP_KEEP_ALIVE_MS = 30_000;

/** How a set of connections is used. */
export interface DispatcherOptions {
  readonly tls: TlsMaterial;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

/** Creates a pool of connections for many short calls. Nothing is connected before the first call. */
export function createPool(
  connection: Connection,
  options: DispatcherOptions & {
    connections: number;
    maxResponseBytes: number;
    connectionLifeMs: number;
  },
): Dispatcher {
  const settings: Pool.Options = {
    ...commonSettings(options),
    connections: options.connections,
    maxResponseSize: options.maxResponseBytes,
    clientTtl: options.connectionLifeMs,
  };
  const tls = tlsSettings(connection, options.tls);
  return connection.proxyUrl === undefined
    ? new Pool(originOf(connection), { ...settings, connect: tls })
    : createTunnels(connection.proxyUrl, { settings, tls });
}

/** Creates a single connection, for one long answer. */
export function createSingle(connection: Connection, options: DispatcherOptions): Dispatcher {
  const settings = commonSettings(options);
  const tls = tlsSettings(connection, options.tls);
  return connection.proxyUrl === undefined
    ? new Client(originOf(connection), { ...settings, connect: tls })
    : createTunnels(connection.proxyUrl, { settings: { ...settings, connections: 1 }, tls });
}

/** The proxy of an `https:` URL is verified against Node's own roots, not against the cluster's. */
function createTunnels(
  proxyUrl: string,
  options: { settings: Pool.Options; tls: TlsSettings },
): Dispatcher {
  return new ProxyAgent({
    ...options.settings,
    uri: proxyUrl,
    proxyTunnel: true,
    requestTls: options.tls,
    proxyTls: { allowH2: false, minVersion: "TLSv1.2" },
    clientFactory: (proxy, proxyOptions) =>
      new Pool(proxy, { ...proxyOptions, headersTimeout: CONNECT_TIMEOUT_MS }),
  });
}

function originOf(connection: Connection): string {
  return new URL(connection.server).origin;
}

/**
 * HTTP/1.1 only: with a watch open, undici 8.12 leaves calls hanging after an HTTP/2 GOAWAY, which
 * an API server sends under `--goaway-chance`.
 */
function commonSettings(options: DispatcherOptions): Client.Options {
  return {
    allowH2: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  };
}

interface TlsSettings {
  readonly minVersion: SecureVersion;
  readonly rejectUnauthorized: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly ca?: string;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
}

function tlsSettings(
  connection: Connection,
  { caPem, clientCertificate }: TlsMaterial,
): TlsSettings {
  const { tlsServerName } = connection;
  return {
    minVersion: "TLSv1.2",
    rejectUnauthorized: !connection.insecureSkipTlsVerify,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(clientCertificate === undefined
      ? {}
      : { cert: clientCertificate.certPem, key: clientCertificate.keyPem }),
  };
}
