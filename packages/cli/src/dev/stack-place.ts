/** The first line of an author's code that a stack names. */
const PLACE = /^(?:\s+at (?:async )?(?:.* \()?)?(?:file:\/\/)?(\/[^\n():]+):(\d+)(?::\d+)?\)?$/gm;

/**
 * Where an error comes from: `src/issuer.ts:12`, relative to the folder where that is shorter. Node
 * tells the place of a syntax error in the stack only, and not in the message.
 *
 * @returns undefined where the stack names no file outside Node and `node_modules`.
 */
export function placeOf(error: unknown, folder: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, path = "", line = ""] of stack.matchAll(PLACE)) {
    if (path.includes("/node_modules/")) continue;
    const isInside = path.startsWith(`${folder}/`);
    return `${isInside ? path.slice(folder.length + 1) : path}:${line}`;
  }
  return undefined;
}
