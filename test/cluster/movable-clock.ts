import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/command.ts";

/** The clock of programs under test, which can be set while they run. */
export interface MovableClock extends AsyncDisposable {
  /** What a program is started with, to go by it. */
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How far it is ahead of the machine's; programs know within a tenth of a second. */
  set(offsetMs: number): Promise<void>;
}

/** Makes a clock that begins with the machine's time. */
export async function createMovableClock(): Promise<MovableClock> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
  const file = join(folder, "offset");
  const set = async (offsetMs: number): Promise<void> => {
    // Whoever reads it sees the old number or the new one.
    await writeFile(`${file}.new`, String(offsetMs));
    await rename(`${file}.new`, file);
  };
  await set(0);
  return {
    nodeArgs: ["--import", join(ROOT, "test/cluster/clock-off.ts")],
    env: { CLOCK_OFFSET_FILE: file },
    set,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
