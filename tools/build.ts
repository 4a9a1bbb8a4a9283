import { globSync } from "node:fs";
import { ROOT, runCommand } from "./command.ts";

const packages = globSync("packages/*/tsconfig.json", { cwd: ROOT });
const { isOk } = await runCommand(["tsc", "-b", ...packages], { isShown: true });
process.exitCode = isOk ? 0 : 1;
