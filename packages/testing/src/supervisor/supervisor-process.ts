/**
 * The supervisor: a process that holds a temporary folder and other processes, and ends them all
 * when its stdin closes. The kernel closes that pipe however the parent ends, SIGKILL included.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PID_FILE, type SupervisorSettings } from "./protocol.ts";
import { report, Supervision } from "./supervision.ts";

// A parent that is gone reads no reports.
process.stdout.on("error", () => {});
const dir = createFolder(JSON.parse(process.argv[2] ?? "") as SupervisorSettings);
if (dir !== undefined) new Supervision(dir).begin();

function createFolder({ dir, isPrefix }: SupervisorSettings): string | undefined {
  try {
    if (!isPrefix) mkdirSync(dir, { mode: 0o700 });
    const created = isPrefix ? mkdtempSync(dir) : dir;
    writeFileSync(join(created, PID_FILE), String(process.pid));
    mkdirSync(join(created, "logs"));
    return created;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    report({ event: "refused", code, message });
    return undefined;
  }
}
