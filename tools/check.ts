import { globSync } from "node:fs";
import { type CommandResult, ROOT, runCommand } from "./command.ts";
import { testFiles } from "./test-files.ts";

/** One thing to check. Those of a round run side by side. */
interface Check {
  readonly name: string;
  readonly run: () => Promise<CommandResult>;
}

const PACKAGES = globSync("packages/*/package.json", { cwd: ROOT }).map((file) =>
  file.slice(0, -"/package.json".length),
);

const ROUNDS: readonly (readonly Check[])[] = [
  [
    { name: "packages build", run: () => runCommand(["tsc", "-b", ...PACKAGES]) },
    { name: "lint and format", run: () => runCommand(["biome", "ci", "--error-on-warnings", "."]) },
    { name: "types", run: () => runCommand(["tsc", "--noEmit"]) },
    {
      name: "generated files",
      run: () => runCommand([...NODE, "tools/generate.ts", "--check"]),
    },
    {
      name: "links of documents",
      run: () => runCommand([...NODE, "tools/check-documents.ts"]),
    },
    {
      name: "code in documents",
      run: () => runCommand([...NODE, "tools/check-document-code.ts"]),
    },
  ],
  PACKAGES.map((folder) => ({
    name: `packaging of ${folder}`,
    run: () => runCommand(["publint", "--strict", folder]),
  })),
  [{ name: "unit tests", run: () => runCommand([...NODE, "--test", ...testFiles("unit")]) }],
];

const NODE = [process.execPath, "--conditions=@countersign/source"];

/** The lines in which the test runner says how many tests it ran. */
const CLOSING_LINE = /^ℹ /;

/** Runs every check of `npm run check`; prints a line each, and the output of those that fail. */
export async function check(): Promise<boolean> {
  for (const round of ROUNDS) {
    const results = await Promise.all(round.map(runOne));
    if (results.includes(false)) return false;
  }
  return true;
}

async function runOne({ name, run }: Check): Promise<boolean> {
  const startedAt = performance.now();
  const { isOk, output } = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${isOk ? "✔" : "✖"} ${name} (${seconds} s)`);
  if (!isOk) console.log(output);
  else
    console.log(
      output
        .split("\n")
        .filter((line) => CLOSING_LINE.test(line))
        .join("\n") || "",
    );
  return isOk;
}

if (import.meta.main) process.exitCode = (await check()) ? 0 : 1;
