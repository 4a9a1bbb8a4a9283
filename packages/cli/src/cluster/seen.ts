import { isApiError } from "@countersign/kube";

/**
 * What a look at the cluster gave. `unknown`: we may not look, and which right that takes.
 */
export type Seen<T> =
  | { readonly is: "there"; readonly object: T }
  | { readonly is: "absent" }
  | { readonly is: "unknown"; readonly right: string };

/**
 * Looks at something, and takes "it is not there" and "you may not" for answers.
 *
 * @param right what a person would grant: `get secrets in namespace default`
 */
export async function look<T>(right: string, read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { is: "there", object: await read() };
  } catch (error) {
    if (isApiError(error, "NotFound")) return { is: "absent" };
    if (isApiError(error, "Forbidden")) return { is: "unknown", right };
    throw error;
  }
}

/** What was seen, where it is there. */
export function objectIn<T>(seen: Seen<T>): T | undefined {
  return seen.is === "there" ? seen.object : undefined;
}
