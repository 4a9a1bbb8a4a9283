import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { figuresOf } from "./figures.ts";
import { parseOptions, type SoakOptions, USAGE } from "./options.ts";
import { startSetting } from "./setting.ts";
import { soak } from "./soak.ts";
import { formatFigures, isWithin } from "./verdict.ts";

/** Runs a soak and prints what came of it. Returns whether all bars hold. */
async function run(options: SoakOptions): Promise<boolean> {
  const { durationMs, ratePerS, seed, jsonPath, logsDir } = options;
  console.log(`soaking for ${durationMs / 1_000} s, ${ratePerS} requests/s, --seed ${seed}`);
  await using setting = await startSetting();
  const measured = await soak(setting, options, (line) => console.log(line));
  const figures = figuresOf(measured, setting, options);
  console.log(`\n${formatFigures(figures)}\n`);
  const broken = figures.filter((figure) => !isWithin(figure));
  for (const failure of measured.load.failures) console.log(failure);
  for (const { name } of broken) console.log(`does not hold: ${name}`);
  if (jsonPath !== undefined) {
    const { load, ...rest } = measured;
    const text = JSON.stringify({ options, figures, ...rest, requests: load.records }, null, 1);
    await writeFile(jsonPath, `${text}\n`);
  }
  if (logsDir !== undefined) {
    await mkdir(logsDir, { recursive: true });
    for (const { name, program } of setting.subjects) {
      await copyFile(program.process.logPath, join(logsDir, `${name}.log`));
    }
  }
  return broken.length === 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") console.log(USAGE);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof TypeError;
  console.error(error);
  if (isUsage) console.error(`\n${USAGE}`);
  process.exitCode = isUsage ? 2 : 1;
}
