import type { ClientCertificate, ExecPlugin } from "./connection.ts";
import { CredentialsError } from "./credentials-error.ts";
import { errorCodeOf } from "./error-code.ts";

/** What a plugin printed, read. At least one of token and certificate is there. */
export interface PrintedCredential {
  readonly token?: string;
  readonly clientCertificate?: ClientCertificate;
  /** Unix time in milliseconds; absent when it holds until it is refused. */
  readonly expiresAt?: number;
}

interface ExecCredential {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

/** The value of KUBERNETES_EXEC_INFO: what the plugin is asked for. */
export function execInfo(plugin: ExecPlugin): string {
  const { apiVersion, cluster } = plugin;
  const spec = { interactive: false, ...(cluster === undefined ? {} : { cluster }) };
  return JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
}

/**
 * Reads the ExecCredential that a plugin printed. The text itself is never quoted: it is the secret.
 *
 * @throws CredentialsError when it is not what the protocol says.
 */
export function readExecCredential(plugin: ExecPlugin, stdout: string): PrintedCredential {
  const printed = parse(stdout);
  if (printed?.kind !== "ExecCredential") {
    throw execError(plugin, "it printed no ExecCredential");
  }
  if (printed.apiVersion !== plugin.apiVersion) {
    throw execError(
      plugin,
      `it printed apiVersion ${String(printed.apiVersion)}, the kubeconfig says ${plugin.apiVersion}`,
    );
  }
  const {
    token,
    clientCertificateData: certPem,
    clientKeyData: keyPem,
    expirationTimestamp,
  } = printed.status ?? {};
  if ((certPem === undefined) !== (keyPem === undefined)) {
    throw execError(plugin, "it printed only one of clientCertificateData and clientKeyData");
  }
  if (!token && certPem === undefined) {
    throw execError(plugin, "it printed neither a token nor a client certificate");
  }
  const expiresAt = expirationTimestamp === undefined ? undefined : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAt)) {
    throw execError(plugin, "its expirationTimestamp is no RFC 3339 time");
  }
  return {
    ...(token ? { token } : {}),
    ...(certPem !== undefined && keyPem !== undefined
      ? { clientCertificate: { certPem, keyPem } }
      : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function parse(stdout: string): ExecCredential | null {
  try {
    return JSON.parse(stdout) as ExecCredential | null;
  } catch {
    return null;
  }
}

/** Node's names for the ways a program fails to run; a number is its exit status. */
const RUN_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "the command is not found",
  EACCES: "the command is not executable",
  ABORT_ERR: "it did not end in time",
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: "it printed too much",
};

/** Says why a run of the plugin failed. Node's own message quotes the arguments: it is not used. */
export function describeRunFailure(plugin: ExecPlugin, error: unknown): CredentialsError {
  const exitStatus = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof exitStatus === "number") {
    return execError(plugin, `it ended with status ${exitStatus}; see what it wrote to stderr`);
  }
  const code = errorCodeOf(error);
  const hint = code === "ENOENT" && plugin.installHint ? `. ${plugin.installHint}` : "";
  return execError(plugin, `${RUN_FAILURES[code] ?? code}${hint}`);
}

function execError(plugin: ExecPlugin, problem: string): CredentialsError {
  return new CredentialsError(
    "ERR_CREDENTIALS_EXEC",
    `Cannot get a credential from plugin ${plugin.command}: ${problem}`,
  );
}
