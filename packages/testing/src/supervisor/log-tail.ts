import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

const TAIL_LINES = 30;
const TAIL_BYTES = 16 * 1024;

/** Where a process of a supervisor writes its output. */
export function logPath(dir: string, name: string): string {
  return join(dir, "logs", `${name}.log`);
}

/** Reads the last lines of a log file; none when there is no such file. */
export function readLogTail(path: string, lines: number = TAIL_LINES): string[] {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    const length = readSync(file, buffer, 0, buffer.length, start);
    return lastLines(buffer.toString("utf8", 0, length), lines);
  } finally {
    closeSync(file);
  }
}

/** The last lines of a text that are not empty. */
export function lastLines(text: string, lines: number): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-lines);
}
