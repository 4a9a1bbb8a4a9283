import { check } from "./check.ts";
import { runCommand } from "./command.ts";
import { testFiles } from "./test-files.ts";

/** How long a single integration test may take before it counts as hung. */
const TEST_TIMEOUT_MS = 180_000;

const NODE = [process.execPath, "--conditions=@countersign/source"];

/** `npm test`: everything, or the layer that is named. */
const LAYERS: Readonly<Record<string, () => Promise<boolean>>> = {
  all: async () => (await check()) && (await integration()),
  unit,
  integration,
};

async function unit(): Promise<boolean> {
  const { isOk } = await runCommand([...NODE, "--test", ...testFiles("unit")], { isShown: true });
  return isOk;
}

async function integration(): Promise<boolean> {
  const { isOk } = await runCommand(
    [
      ...NODE,
      "--test",
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      "--test-concurrency=2",
      "--test-global-setup=test/shared-control-plane.ts",
      ...testFiles("integration"),
    ],
    { isShown: true },
  );
  return isOk;
}

const [name = "all"] = process.argv.slice(2);
const layer = LAYERS[name];
if (layer === undefined) {
  console.error(
    `Cannot run tests: layer is ${name}, must be one of ${Object.keys(LAYERS).join(", ")}`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = (await layer()) ? 0 : 1;
}
