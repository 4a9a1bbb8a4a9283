/** What a running process has used, as Linux tells it. Elsewhere nothing is known. */
import { readFile } from "node:fs/promises";
import { poll, type SupervisedProcess } from "@countersign/testing";
import { MEMORY_LINE, type Memory } from "./issuer/tell-memory.ts";

/** CPU time of all its threads, and the most memory it has had. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

/** Linux counts CPU time in ticks of 10 ms. */
const MS_PER_TICK = 10;

const MEMORY_TIMEOUT_MS = 60_000;

/** Reads it; NaN where there is no /proc. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    // The second field, the command, may hold spaces: what follows its bracket is counted from 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]);
    return { cpuMs: ticks * MS_PER_TICK, peakRssMb: peakKb / 1_024 };
  } catch {
    return { cpuMs: Number.NaN, peakRssMb: Number.NaN };
  }
}

/** Has our issuer's program collect its garbage and tell what is left. */
export async function memoryOf(process: SupervisedProcess): Promise<Memory> {
  const before = (await memoryLines(process)).length;
  process.signal("SIGUSR2");
  return poll(
    `the memory of ${process.name}`,
    async () => {
      const line = (await memoryLines(process))[before];
      return line === undefined ? undefined : (JSON.parse(line) as Memory);
    },
    { timeoutMs: MEMORY_TIMEOUT_MS },
  );
}

async function memoryLines({ logPath }: SupervisedProcess): Promise<string[]> {
  const lines = (await readFile(logPath, "utf8")).split("\n");
  const whole = lines.slice(0, -1).filter((line) => line.startsWith(MEMORY_LINE));
  return whole.map((line) => line.slice(MEMORY_LINE.length));
}
