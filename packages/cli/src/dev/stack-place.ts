import { filesOfProject } from "./import-recorder.ts";

/** The first line of an author's code that a stack names. */
const PLACE = /^(?:\s+at (?:async )?(?:.* \()?)?(?:file:\/\/)?(\/[^\n():]+):(\d+)(?::\d+)?\)?$/gm;

/**
 * Where in a project an error comes from: the path and the line of the first place that its stack names
 * in the folder. Node tells the place of a syntax error in the stack only, and not in the message.
 *
 * @returns undefined where the stack names none but Node's own and those of packages.
 */
export function placeOf(error: unknown, folder: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, path = "", line = ""] of stack.matchAll(PLACE)) {
    if (filesOfProject([path], folder).length > 0) return `${path}:${line}`;
  }
  return undefined;
}
