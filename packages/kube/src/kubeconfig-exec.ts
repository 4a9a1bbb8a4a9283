import type { Connection, ExecApiVersion, ExecPlugin } from "./connection.ts";
import type { KubeconfigFields } from "./kubeconfig-fields.ts";

/** Where a cluster's extensions keep what a plugin wants to know of it. */
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

const API_VERSIONS: readonly string[] = [
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
] satisfies ExecApiVersion[];

/**
 * Reads the `exec` section of a user.
 *
 * @throws KubeconfigError when the plugin needs a terminal: nobody sits at a controller's.
 */
export function execPluginOf(
  exec: KubeconfigFields,
  context: {
    server: Pick<
      Connection,
      "server" | "caPem" | "insecureSkipTlsVerify" | "tlsServerName" | "proxyUrl"
    >;
    cluster: KubeconfigFields;
    env: ExecPlugin["env"];
  },
): ExecPlugin {
  const apiVersion = exec.text("apiVersion");
  if (!isExecApiVersion(apiVersion)) {
    throw exec.unsupported(
      `apiVersion is ${apiVersion ?? "absent"}, must be one of ${API_VERSIONS.join(", ")}`,
    );
  }
  const command = exec.command("command");
  if (command === undefined) throw exec.invalid("it names no command");
  if (exec.text("interactiveMode") === "Always") {
    throw exec.unsupported(
      "interactiveMode is Always, must be IfAvailable or Never: there is no terminal",
    );
  }
  const installHint = exec.text("installHint");
  return {
    apiVersion,
    command,
    args: exec.texts("args"),
    env: { ...context.env, ...environmentOf(exec) },
    ...(installHint === undefined ? {} : { installHint }),
    ...(exec.flag("provideClusterInfo") ? { cluster: clusterInfo(context) } : {}),
  };
}

function isExecApiVersion(text: string | undefined): text is ExecApiVersion {
  return text !== undefined && API_VERSIONS.includes(text);
}

function environmentOf(exec: KubeconfigFields): Record<string, string> {
  const variables = exec.sections("env").map((variable): [string, string] => {
    const name = variable.text("name");
    if (name === undefined) throw variable.invalid("it must have a name");
    return [name, variable.text("value") ?? ""];
  });
  return Object.fromEntries(variables);
}

/** ExecCredential.spec.cluster, in the spelling of client.authentication.k8s.io. */
function clusterInfo(context: Parameters<typeof execPluginOf>[1]): Record<string, unknown> {
  const { server, caPem, insecureSkipTlsVerify, tlsServerName, proxyUrl } = context.server;
  const config = context.cluster
    .sections("extensions")
    .find((extension) => extension.text("name") === EXEC_EXTENSION)
    ?.raw("extension");
  return {
    server,
    ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
    ...(insecureSkipTlsVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(caPem === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(caPem).toString("base64") }),
    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
    ...(config === undefined ? {} : { config }),
  };
}
