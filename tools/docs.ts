import { once } from "node:events";
import { globSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopOnSignals } from "@countersign/kube";
import { ROOT, runCommand } from "./command.ts";
import { assemblePages, writeInto } from "./docs/assemble.ts";
import { checkSite } from "./docs/check-site.ts";
import { DOCS, installGenerator } from "./docs/install-generator.ts";
import { makeReference } from "./docs/make-reference.ts";
import { serveSite } from "./docs/serve-site.ts";
import { sourcePageOf } from "./docs/site-links.ts";
import { sourcePage } from "./docs/source-page.ts";

const USAGE = `npm run docs [-- --serve [--port <port>]]

Builds the documentation site into docs/.site/dist, and checks it: each public name is documented, each
link leads somewhere, nothing is loaded from elsewhere. With --serve it is then served on 127.0.0.1
until Ctrl-C.`;

const PAGES = join(DOCS, ".site", "pages");
const TYPEDOC = join(DOCS, ".site", "typedoc");
const DIST = join(DOCS, ".site", "dist");
const DEFAULT_PORT = "4173";
const BIN = join(DOCS, "node_modules", ".bin");

/** Runs a step, a line on stderr when it is done. */
async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`${name} (${seconds} s)\n`);
  return result;
}

/** @throws Error with the output of a command that fails. */
async function runTool(tool: string, ...args: string[]): Promise<void> {
  const { isOk, output } = await runCommand([process.execPath, join(BIN, tool), ...args]);
  if (!isOk) throw new Error(`${tool} ${args.join(" ")} failed:\n${output}`);
}

async function writeSources(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const text = await readFile(join(ROOT, path), "utf8");
    await writeInto(join(DIST, sourcePageOf(path)), sourcePage(path, text));
  }
}

/** @throws Error that lists what is wrong with the site. */
async function checkBuilt(): Promise<number> {
  const files = new Map<string, string>();
  const entries = globSync("**/*", { cwd: DIST, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const isText = /\.(?:html|css)$/.test(path);
    files.set(path.slice(DIST.length + 1), isText ? await readFile(path, "utf8") : "");
  }
  const problems = checkSite(files);
  if (problems.length > 0) throw new Error(`The site is not right:\n${problems.join("\n")}`);
  return [...files.keys()].filter((path) => path.endsWith(".html")).length;
}

async function build(): Promise<void> {
  await step("Tools installed", installGenerator);
  await rm(DIST, { recursive: true, force: true });
  const sources = await step("Pages assembled", () => assemblePages(PAGES));
  await step("Reference made from the doc comments", () =>
    makeReference({ typedoc: TYPEDOC, pages: PAGES }, (...args) =>
      runTool("typedoc", "--options", join(DOCS, "typedoc.json"), ...args),
    ),
  );
  await step("Configuration type-checked", () => runTool("tsc", "--noEmit", "-p", DOCS));
  await step("Site built", () => runTool("vitepress", "build", DOCS));
  await writeSources(sources);
  const count = await step("Site checked", checkBuilt);
  console.log(`${count} pages in ${DIST.slice(ROOT.length)}`);
}

async function serve(port: number): Promise<void> {
  const server = await serveSite(DIST, port);
  stopOnSignals(() => {
    server.close();
    server.closeAllConnections();
  });
  console.log(`http://127.0.0.1:${port}/ until Ctrl-C`);
  await once(server, "close");
}

const { values } = parseArgs({
  options: { serve: { type: "boolean" }, port: { type: "string" }, help: { type: "boolean" } },
});
if (values.help) {
  console.log(USAGE);
} else {
  try {
    await build();
    if (values.serve) await serve(Number(values.port ?? DEFAULT_PORT));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
