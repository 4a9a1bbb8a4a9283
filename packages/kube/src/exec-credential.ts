import { isDeepStrictEqual } from "node:util";
import { abortable } from "./abortable.ts";
import type { ClientCertificate, ExecPlugin } from "./connection.ts";
import type { AuthHeaders, Credentials } from "./credentials.ts";
import {
  describeRunFailure,
  execInfo,
  type PrintedCredential,
  readExecCredential,
} from "./exec-plugin.ts";
import { type RunCommand, runCommand } from "./run-command.ts";

/** A credential is replaced this long before it expires, or after four fifths of a shorter life. */
const REFRESH_EARLY_MS = 60_000;
const REFRESH_EARLY_SHARE = 0.2;

/** While a credential still holds, a plugin that failed is not run again for this long. */
const RETRY_FAILED_MS = 10_000;

const PLUGIN_TIMEOUT_MS = 60_000;

/** What {@link ExecCredentials} works with. */
export interface ExecCredentialsOptions {
  /** The kubeconfig's own; one from the plugin takes its place. */
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly run?: RunCommand;
  /** Unix time in milliseconds. */
  readonly now?: () => number;
}

/** A credential in use. */
interface HeldCredential {
  readonly headers: AuthHeaders;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/**
 * The credential that a plugin prints, kept until shortly before it expires. client-go's exec
 * Authenticator.
 *
 * Guarantees: one run of the plugin at a time, however many calls wait for it; a failed early
 * refresh is not felt while the old credential holds. What the plugin writes to stderr goes to
 * ours, never into a message.
 */
export class ExecCredentials implements Credentials {
  readonly #plugin: ExecPlugin;
  readonly #ownCertificate: ClientCertificate | undefined;
  readonly #run: RunCommand;
  readonly #now: () => number;
  #current: HeldCredential | undefined;
  #running: Promise<HeldCredential> | undefined;

  constructor(plugin: ExecPlugin, options: ExecCredentialsOptions = {}) {
    this.#plugin = plugin;
    this.#ownCertificate = options.clientCertificate;
    this.#run = options.run ?? runCommand;
    this.#now = options.now ?? (() => Date.now());
  }

  get clientCertificate(): ClientCertificate | undefined {
    return this.#current?.clientCertificate ?? this.#ownCertificate;
  }

  async headers(signal?: AbortSignal): Promise<AuthHeaders> {
    const current = this.#current;
    if (current !== undefined && this.#now() < current.refreshAt) return current.headers;
    try {
      return (await abortable(this.#renew(), signal)).headers;
    } catch (error) {
      const now = this.#now();
      if (current === undefined || now >= current.expiresAt || signal?.aborted) throw error;
      if (this.#current === current) {
        this.#current = { ...current, refreshAt: now + RETRY_FAILED_MS };
      }
      return current.headers;
    }
  }

  async refresh(refused: AuthHeaders, signal?: AbortSignal): Promise<boolean> {
    if (this.#current?.headers !== refused) return true;
    return (await abortable(this.#renew(), signal)).headers !== refused;
  }

  #renew(): Promise<HeldCredential> {
    this.#running ??= this.#runPlugin().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runPlugin(): Promise<HeldCredential> {
    const plugin = this.#plugin;
    const stdout = await this.#run(plugin.command, {
      args: plugin.args,
      env: { ...plugin.env, KUBERNETES_EXEC_INFO: execInfo(plugin) },
      signal: AbortSignal.timeout(PLUGIN_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw describeRunFailure(plugin, error);
    });
    this.#current = this.#hold(readExecCredential(plugin, stdout));
    return this.#current;
  }

  #hold(printed: PrintedCredential): HeldCredential {
    const { token, clientCertificate, expiresAt = Number.POSITIVE_INFINITY } = printed;
    const headers: AuthHeaders = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const lifeMs = expiresAt - this.#now();
    const earlyMs = Math.min(REFRESH_EARLY_MS, lifeMs * REFRESH_EARLY_SHARE);
    const held = { headers, clientCertificate, refreshAt: expiresAt - earlyMs, expiresAt };
    return this.#current === undefined ? held : keepUnchanged(this.#current, held);
  }
}

/**
 * Puts the old objects into the new credential where they say the same, since others compare them:
 * other headers are another credential, another certificate object costs new connections.
 */
function keepUnchanged(before: HeldCredential, after: HeldCredential): HeldCredential {
  if (!isDeepStrictEqual(before.clientCertificate, after.clientCertificate)) return after;
  const { clientCertificate } = before;
  const isSame = isDeepStrictEqual(before.headers, after.headers);
  return { ...after, clientCertificate, headers: isSame ? before.headers : after.headers };
}
