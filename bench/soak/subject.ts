import { type InstalledController, poll } from "@countersign/testing";
import { sumOf } from "./exposition.ts";
import { connectInspector, INSPECTOR_LINE, type Inspector } from "./inspector.ts";

/** What a program under test is started with, to be measured: nothing that a user would not have. */
export const MEASURED = {
  nodeArgs: ["--inspect=127.0.0.1:0"],
  args: ["--metrics-bind-address=127.0.0.1:0"],
} as const;

/** What a program holds, after a garbage collection. */
export interface Holding {
  readonly rssMb: number;
  readonly heapMb: number;
  /** Sockets, timers and what else keeps the loop busy, by `process.getActiveResourcesInfo()`. */
  readonly resources: number;
  /** Files and sockets, as the system counts them; 0 where it does not tell. */
  readonly fds: number;
}

const MB = 1024 * 1024;
const TIMEOUT_MS = 60_000;
const LOG_LINES = 1_000;

/** A program under test. */
export class Subject implements Disposable {
  readonly name: string;
  readonly program: InstalledController;
  readonly #metricsUrl: string;
  readonly #inspector: Inspector;

  private constructor(
    name: string,
    parts: { program: InstalledController; metricsUrl: string; inspector: Inspector },
  ) {
    this.name = name;
    this.program = parts.program;
    this.#metricsUrl = parts.metricsUrl;
    this.#inspector = parts.inspector;
  }

  /** Takes charge of a program that was started with {@link MEASURED}. */
  static async of(name: string, program: InstalledController): Promise<Subject> {
    const [address, inspectorUrl] = await poll(
      `${name} to say where it is measured`,
      async () => {
        const lines = program.process.logTail(LOG_LINES);
        const metrics = lines.find((line) => line.includes('"Serving metrics"'));
        const inspector = lines.flatMap((line) => INSPECTOR_LINE.exec(line)?.[1] ?? []).at(0);
        if (metrics === undefined || inspector === undefined) return undefined;
        return [(JSON.parse(metrics) as { address: string }).address, inspector] as const;
      },
      { timeoutMs: TIMEOUT_MS },
    );
    const metricsUrl = `http://${address}/metrics`;
    return new Subject(name, {
      program,
      metricsUrl,
      inspector: await connectInspector(inspectorUrl),
    });
  }

  async measure(): Promise<Holding> {
    await this.#inspector.collectGarbage();
    const text = await (await fetch(this.#metricsUrl)).text();
    const read = (metric: string, otherwise = Number.NaN): number =>
      sumOf(text, metric) ?? otherwise;
    return {
      rssMb: read("process_resident_memory_bytes") / MB,
      heapMb: read("nodejs_heap_size_used_bytes") / MB,
      resources: read("nodejs_active_resources"),
      fds: read("process_open_fds", 0),
    };
  }

  [Symbol.dispose](): void {
    this.#inspector[Symbol.dispose]();
  }
}
