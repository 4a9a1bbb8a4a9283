/** The foreign programs that judge our X.509, each with the versions that its folder pins. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Judge, startJudge } from "./judge.ts";
import { type ToolStep, toolFolder } from "./tool-cache.ts";

/** Why a test that needs Go is skipped, or false: an option of `node:test`. */
export const WITHOUT_GO: string | false = reasonWithout("go", ["version"]);

/** The same for Python with its pip. */
export const WITHOUT_PYTHON: string | false = reasonWithout("python3", ["-m", "pip", "--version"]);

/** Starts cert-manager's own code: what it answers is what its CA issuer does. */
export function startGoOracle(): Promise<Judge> {
  return goProgram("go-oracle", new URL("./go-oracle", import.meta.url));
}

/** Builds the Go program of a folder, whose go.mod pins what it is made of, and starts it. */
export async function goProgram(name: string, url: URL): Promise<Judge> {
  return startJudge(await buildGoProgram(name, url), []);
}

/** Builds the Go program of a folder, and returns its path. */
export async function buildGoProgram(name: string, url: URL): Promise<string> {
  const steps = (out: string): ToolStep[] => [goBuild(join(out, name), ".")];
  const place = await toolFolder({ name, sources: fileURLToPath(url), steps });
  return join(place, name);
}

/** The path of zlint. */
export async function findZlint(): Promise<string> {
  const sources = folder("zlint");
  const steps = (out: string): ToolStep[] => [
    goBuild(join(out, "zlint"), "github.com/zmap/zlint/v3/cmd/zlint"),
  ];
  return join(await toolFolder({ name: "zlint", sources, steps }), "zlint");
}

/** Starts pkilint and pyca/cryptography. */
export async function startPythonJudge(): Promise<Judge> {
  const sources = folder("python");
  const steps = (out: string): ToolStep[] => [
    {
      command: "python3",
      args: [
        ...["-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"],
        ...["--no-deps", "--only-binary=:all:", "--target", out, "-r", "requirements.txt"],
      ],
    },
  ];
  const modules = await toolFolder({ name: "python", sources, steps });
  const env = { PYTHONPATH: modules, PYTHONDONTWRITEBYTECODE: "1" };
  return startJudge("python3", ["-s", fileURLToPath(new URL("./judge.py", import.meta.url))], env);
}

/** Builds a Go program from the module in whose folder it runs. */
export function goBuild(out: string, goPackage: string): ToolStep {
  return {
    command: "go",
    args: ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", out, goPackage],
    env: { CGO_ENABLED: "0", GOWORK: "off" },
  };
}

function folder(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

function reasonWithout(command: string, args: readonly string[]): string | false {
  const { status } = spawnSync(command, args, { stdio: "ignore" });
  return status === 0 ? false : `${[command, ...args].join(" ")} does not run here`;
}
