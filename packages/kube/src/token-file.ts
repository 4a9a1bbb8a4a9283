import { readFile } from "node:fs/promises";
import { abortable } from "./abortable.ts";
import type { ClientCertificate } from "./connection.ts";
import type { AuthHeaders, Credentials } from "./credentials.ts";
import { CredentialsError } from "./credentials-error.ts";
import { errorCodeOf } from "./error-code.ts";

/** As client-go: the kubelet replaces a projected token long before the old one expires. */
const READ_EVERY_MS = 60_000;

/** What {@link TokenFileCredentials} works with. */
export interface TokenFileOptions {
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly readFile?: (path: string) => Promise<string>;
  readonly now?: () => number;
}

/**
 * A bearer token from a file that is replaced under way, as a service account's. client-go's
 * cachingTokenSource.
 *
 * Guarantees: the file is read at most once a minute, and after a 401; while it is absent or empty
 * the token it last held is used.
 */
export class TokenFileCredentials implements Credentials {
  readonly clientCertificate: ClientCertificate | undefined;
  readonly #path: string;
  readonly #readFile: (path: string) => Promise<string>;
  readonly #now: () => number;
  #headers: AuthHeaders | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<AuthHeaders> | undefined;

  constructor(path: string, options: TokenFileOptions = {}) {
    this.#path = path;
    this.clientCertificate = options.clientCertificate;
    this.#readFile = options.readFile ?? ((file) => readFile(file, "utf8"));
    this.#now = options.now ?? (() => performance.now());
  }

  async headers(signal?: AbortSignal): Promise<AuthHeaders> {
    const isFresh = this.#now() - this.#readAt < READ_EVERY_MS;
    if (this.#headers !== undefined && isFresh) return this.#headers;
    return abortable(this.#read(), signal);
  }

  async refresh(refused: AuthHeaders, signal?: AbortSignal): Promise<boolean> {
    if (this.#headers !== refused) return true;
    return (await abortable(this.#read(), signal)) !== refused;
  }

  #read(): Promise<AuthHeaders> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(): Promise<AuthHeaders> {
    const before = this.#headers;
    const read = await this.#readToken();
    this.#readAt = this.#now();
    if (read instanceof CredentialsError) {
      if (before === undefined) throw read;
      return before;
    }
    const authorization = `Bearer ${read}`;
    const headers = before?.authorization === authorization ? before : { authorization };
    this.#headers = headers;
    return headers;
  }

  async #readToken(): Promise<string | CredentialsError> {
    try {
      const token = (await this.#readFile(this.#path)).trim();
      if (token !== "") return token;
      return new CredentialsError(
        "ERR_CREDENTIALS_TOKEN_FILE",
        `Cannot use token file ${this.#path}: it is empty, must hold a bearer token`,
      );
    } catch (cause) {
      return new CredentialsError(
        "ERR_CREDENTIALS_TOKEN_FILE",
        `Cannot read token file ${this.#path}: ${errorCodeOf(cause)}`,
        { cause },
      );
    }
  }
}
