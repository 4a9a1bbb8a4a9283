import { globSync } from "node:fs";
import { ROOT } from "./command.ts";

/** The layers of tests. Unit tests touch no network and no cluster; integration tests meet the real thing. */
export type TestLayer = "unit" | "integration";

const FOLDERS = "{packages/*/src,issuers,examples,test,tools,bench}";

/** Names of tests that need more than this process: real servers, sockets, or other programs. */
const INTEGRATION = /\.(integration|oracle)\.test\.ts$/;

/** The test files of a layer, relative to the repository's folder. */
export function testFiles(layer: TestLayer): string[] {
  const files = globSync(`${FOLDERS}/**/*.test.ts`, {
    cwd: ROOT,
    exclude: (path) => path.includes("node_modules") || path.includes("/dist"),
  });
  return files.filter((file) => INTEGRATION.test(file) === (layer === "integration")).sort();
}
