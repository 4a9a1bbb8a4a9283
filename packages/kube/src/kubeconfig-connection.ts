import type { ClientCertificate, Connection, Identity, TlsFiles } from "./connection.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { execPluginOf } from "./kubeconfig-exec.ts";
import { KubeconfigFields } from "./kubeconfig-fields.ts";
import type { Kubeconfig, KubeconfigEntry } from "./kubeconfig-file.ts";

/** What a context is turned into a connection with. */
export interface ConnectionOptions {
  /** @default the kubeconfig's current context */
  readonly context?: string | undefined;
  readonly readFile: (path: string) => Promise<string>;
  /** Handed on to a credential plugin. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The connection that a context describes. Certificates are read here for the first time.
 *
 * @throws KubeconfigError when the context leads nowhere, or asks for what we do not do.
 */
export async function connectionOf(
  config: Kubeconfig,
  options: ConnectionOptions,
): Promise<Connection> {
  const { contexts, clusters, users, currentContext } = config;
  const { readFile } = options;
  const name = options.context ?? currentContext;
  if (name === undefined) {
    throw new KubeconfigError(
      "ERR_KUBECONFIG_INVALID",
      `Cannot choose a context: none is current, must be one of ${listNames(contexts)}`,
    );
  }
  const context = new KubeconfigFields(
    `context ${name}`,
    find(contexts, "context", name),
    readFile,
  );
  const clusterName = context.text("cluster");
  if (clusterName === undefined) throw context.invalid("it names no cluster");
  const cluster = new KubeconfigFields(
    `cluster ${clusterName}`,
    find(clusters, "cluster", clusterName),
    readFile,
  );
  const userName = context.text("user");
  const user =
    userName === undefined
      ? undefined
      : new KubeconfigFields(`user ${userName}`, find(users, "user", userName), readFile);
  const server = await serverOf(cluster);
  const namespace = context.text("namespace");
  return {
    ...server,
    ...tlsFilesOf(cluster, user),
    ...(namespace === undefined ? {} : { namespace }),
    ...(user === undefined
      ? { identity: { type: "none" } }
      : {
          ...(await clientCertificateOf(user)),
          identity: identityOf(user, { server, cluster, env: options.env }),
        }),
  };
}

function find(
  entries: Kubeconfig["contexts"],
  kind: "context" | "cluster" | "user",
  name: string,
): KubeconfigEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new KubeconfigError(
    "ERR_KUBECONFIG_INVALID",
    `Cannot find ${kind} ${name} in the kubeconfig, must be one of ${listNames(entries)}`,
  );
}

function listNames(entries: Kubeconfig["contexts"]): string {
  return entries.size === 0 ? "none: there is none" : [...entries.keys()].join(", ");
}

/** Where the server is and how to trust it: a Connection without who speaks. */
type Server = Omit<Connection, "identity" | "namespace" | "clientCertificate" | "tlsFiles">;

async function serverOf(cluster: KubeconfigFields): Promise<Server> {
  const server = cluster.text("server");
  if (server === undefined || !isHttpUrl(server)) {
    throw cluster.invalid(`server is ${server ?? "absent"}, must be an http:// or https:// URL`);
  }
  const proxyUrl = cluster.text("proxy-url");
  if (proxyUrl !== undefined && !isHttpUrl(proxyUrl)) {
    throw cluster.unsupported("proxy-url must be an http:// or https:// URL");
  }
  const caPem = await cluster.pem("certificate-authority");
  const insecureSkipTlsVerify = cluster.flag("insecure-skip-tls-verify");
  if (insecureSkipTlsVerify && caPem !== undefined) {
    throw cluster.invalid("insecure-skip-tls-verify excludes a certificate-authority");
  }
  const tlsServerName = cluster.text("tls-server-name");
  return {
    server: server.replace(/\/+$/, ""),
    insecureSkipTlsVerify,
    ...(caPem === undefined ? {} : { caPem }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  };
}

function isHttpUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === "http:" || protocol === "https:";
}

async function clientCertificateOf(
  user: KubeconfigFields,
): Promise<{ clientCertificate?: ClientCertificate }> {
  const certPem = await user.pem("client-certificate");
  const keyPem = await user.pem("client-key");
  if (certPem === undefined && keyPem === undefined) return {};
  if (certPem === undefined || keyPem === undefined) {
    throw user.invalid("client-certificate and client-key must come together");
  }
  return { clientCertificate: { certPem, keyPem } };
}

function tlsFilesOf(
  cluster: KubeconfigFields,
  user: KubeconfigFields | undefined,
): { tlsFiles?: TlsFiles } {
  const ca = cluster.pemPath("certificate-authority");
  const certificate = user?.pemPath("client-certificate");
  const key = user?.pemPath("client-key");
  const isPair = certificate !== undefined && key !== undefined;
  if (ca === undefined && !isPair) return {};
  return {
    tlsFiles: {
      ...(ca === undefined ? {} : { ca }),
      ...(isPair ? { clientCertificate: { certificate, key } } : {}),
    },
  };
}

/** To ignore one of these would be to speak as somebody else than the kubeconfig says. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  "auth-provider": "auth-provider is not supported, use an exec plugin (kubelogin for OIDC)",
  as: "impersonation (as) is not supported",
  "as-uid": "impersonation (as-uid) is not supported",
  "as-groups": "impersonation (as-groups) is not supported",
  "as-user-extra": "impersonation (as-user-extra) is not supported",
};

/** A token file, which is read again, goes before the token it was once copied from. */
function identityOf(
  user: KubeconfigFields,
  plugin: { server: Server; cluster: KubeconfigFields; env: ConnectionOptions["env"] },
): Identity {
  for (const [key, problem] of Object.entries(UNSUPPORTED)) {
    if (user.has(key)) throw user.unsupported(problem);
  }
  const path = user.path("tokenFile");
  if (path !== undefined) return { type: "tokenFile", path };
  const token = user.text("token");
  if (token !== undefined) return { type: "token", token };
  const username = user.text("username");
  if (username !== undefined) {
    return { type: "basic", username, password: user.text("password") ?? "" };
  }
  const exec = user.section("exec");
  return exec === undefined ? { type: "none" } : { type: "exec", ...execPluginOf(exec, plugin) };
}
