import { runCommand } from "./command.ts";

const generated = await runCommand(
  [process.execPath, "--conditions=@countersign/source", "tools/generate.ts"],
  { isShown: true },
);
const fixed = await runCommand(["biome", "check", "--write", "."], { isShown: true });
process.exitCode = generated.isOk && fixed.isOk ? 0 : 1;
