import { readFile } from "node:fs/promises";
import { usageError } from "./cli-error.ts";

/** What an operating system's error codes say of a file, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist, give the path of a file that does",
  EACCES: "it may not be read, change its rights or run as its owner",
  EPERM: "it may not be read, change its rights or run as its owner",
  EISDIR: "it is a folder, give a file in it",
};

/**
 * Reads a text file that the caller has named.
 *
 * @throws CliError usage that names the file, what it was for, and what is wrong with it.
 */
export async function readTextFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "unknown error";
    throw usageError(`Cannot read ${what} ${path}: ${REASONS[code] ?? code}`, { cause });
  }
}
