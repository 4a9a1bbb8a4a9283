import type { ClientCertificate, Connection } from "./connection.ts";
import { ExecCredentials } from "./exec-credential.ts";
import { TokenFileCredentials } from "./token-file.ts";

/** The headers that say who makes a call. The same object until the credential changes. */
export type AuthHeaders = Readonly<Record<string, string>>;

/**
 * What says who makes a call.
 *
 * Expected flow: `headers()` before each call, then `clientCertificate` for the connection to make
 * it on; after a 401 `refresh()` with the headers that were refused, and once more from the start.
 */
export interface Credentials {
  headers(signal?: AbortSignal): Promise<AuthHeaders>;
  /**
   * Gets a new credential, unless another call has done so since `refused` was handed out.
   *
   * @returns whether the next `headers()` differ from `refused`: otherwise a second try is in vain.
   */
  refresh(refused: AuthHeaders, signal?: AbortSignal): Promise<boolean>;
  /** A different object is a different certificate, which needs new connections. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** Creates the credentials that a connection's identity describes. */
export function createCredentials(
  connection: Pick<Connection, "identity" | "clientCertificate">,
): Credentials {
  const { identity, clientCertificate } = connection;
  switch (identity.type) {
    case "none":
      return fixed({}, clientCertificate);
    case "token":
      return fixed({ authorization: `Bearer ${identity.token}` }, clientCertificate);
    case "basic": {
      const pair = Buffer.from(`${identity.username}:${identity.password}`).toString("base64");
      return fixed({ authorization: `Basic ${pair}` }, clientCertificate);
    }
    case "tokenFile":
      return new TokenFileCredentials(identity.path, { clientCertificate });
    case "exec":
      return new ExecCredentials(identity, { clientCertificate });
  }
}

function fixed(
  headers: AuthHeaders,
  clientCertificate: ClientCertificate | undefined,
): Credentials {
  return {
    headers: async () => headers,
    refresh: async () => false,
    clientCertificate,
  };
}
