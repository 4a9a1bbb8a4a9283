// The one file that the machine's own Node runs, which may be too old for TypeScript: installs the
// dependencies when the lock has changed, then runs a script under the Node that the lock pins.
//
//   node tools/bootstrap.mjs <script> [arguments]
//
// It writes to stderr only, so that the script's stdout is the script's alone.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_NODE = [22, 19];
const PARENT_CHECK_MS = 1_000;

/** A signal that comes again this soon is the same one by another way. */
const ECHO_MS = 500;

const root = fileURLToPath(new URL("..", import.meta.url));
const binFolder = join(root, "node_modules", ".bin");
const stampFile = join(root, "node_modules", ".countersign-install");

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  fail("Cannot run: no script is named, must be: node tools/bootstrap.mjs <script> [arguments]");
} else {
  installIfChanged();
  runScript(findNode());
}

function installIfChanged() {
  const wanted = stamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  const startedAt = Date.now();
  process.stderr.write("Installing dependencies (npm ci) …\n");
  const npmScript = process.env.npm_execpath;
  const npm = npmScript?.endsWith(".js") ? [process.execPath, npmScript] : ["npm"];
  const [command, ...first] = [...npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync(command, first, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    fail(`Cannot install dependencies: npm ci ended with ${result.status ?? result.signal}`, 1);
  }
  writeFileSync(stampFile, wanted);
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`Installing dependencies (npm ci) … done in ${seconds} s\n`);
}

/** What an install depends on: the lock, the workspaces' manifests and the platform. */
function stamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const workspaces = Object.keys(packages).filter((path) => !path.includes("node_modules"));
  for (const path of workspaces) hash.update(readFileSync(join(root, path, "package.json")));
  return hash.update(JSON.stringify(packages)).digest("hex");
}

function findNode() {
  const pinned = join(binFolder, "node");
  if (existsSync(pinned)) return pinned;
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isNewEnough =
    major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNewEnough) return process.execPath;
  return fail(
    `Cannot run: the lock pins no Node for ${process.platform}-${process.arch}, and this one is ` +
      `${process.versions.node}, must be ${OLDEST_NODE.join(".")} or newer`,
  );
}

/**
 * The script is in a process group of its own, so that each signal reaches it once, by this process:
 * a terminal, npm and `timeout` send theirs to whole groups or pass them on besides. It ends with
 * this process, however that ends: their channel closes.
 */
function runScript(node) {
  const preload = ["--import", pathToFileURL(join(root, "tools", "end-with-parent.ts")).href];
  const command = ["--conditions=@countersign/source", ...preload, join(root, script), ...args];
  const child = spawn(node, command, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: true,
    env: { ...process.env, PATH: `${binFolder}${delimiter}${process.env.PATH}` },
  });
  let passedOnAt = Number.NEGATIVE_INFINITY;
  const passOn = (signal) => {
    const isEcho = performance.now() - passedOnAt < ECHO_MS;
    if (isEcho) return;
    passedOnAt = performance.now();
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, passOn);
  const owners = ownersOf(process.ppid);
  const watch = setInterval(() => owners.every(isAlive) || passOn("SIGTERM"), PARENT_CHECK_MS);
  child.on("exit", (code, signal) => {
    clearInterval(watch);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/** This process's parent and, where npm started it through a shell, npm. */
function ownersOf(parent) {
  if (process.env.npm_lifecycle_event === undefined) return [parent];
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(parent)], { encoding: "utf8" });
  const grandparent = Number(stdout);
  return grandparent > 1 ? [parent, grandparent] : [parent];
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function fail(message, code = 2) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
