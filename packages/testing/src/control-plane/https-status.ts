import { request } from "node:https";

/** With what to ask. */
export interface HttpsIdentity {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** GETs a URL on a connection of its own and returns the status. Rejects when there is no answer. */
export function httpsStatus(
  url: string,
  identity: HttpsIdentity,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { ...identity, agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.once("error", reject);
    asking.end();
  });
}
