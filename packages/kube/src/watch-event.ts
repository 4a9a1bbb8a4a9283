import type { KubeObject } from "./object.ts";

/** One line of a watch, as the API sends it. The object of an ERROR is a metav1.Status. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly object: KubeObject }
  | {
      readonly type: "ERROR";
      readonly object: { readonly code?: number; readonly message?: string };
    };

const NEWLINE = 0x0a;

/** No object of an API server comes near this: etcd takes 1.5 MiB, its managedFields included. */
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Splits the body of a watch into its events.
 *
 * @throws SyntaxError for a line that is not JSON, RangeError for one that does not end.
 */
export async function* decodeWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      start = end + 1;
      const line = Buffer.concat(pending).toString("utf8");
      pending = [];
      pendingBytes = 0;
      if (line !== "") yield JSON.parse(line) as WatchEvent<T>;
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > LONGEST_LINE_BYTES) {
      throw new RangeError(
        `Cannot read watch event: its line has more than ${LONGEST_LINE_BYTES} bytes`,
      );
    }
  }
}
