import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "../../tools/command.ts";
import { toolFolder } from "../x509/tool-cache.ts";

const run = promisify(execFile);

/** An npm registry on loopback that has this repository's packages, and others from upstream. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/** What we use of verdaccio. */
interface Verdaccio {
  runServer(config: object): Promise<Server>;
}

/** Our own are never looked for upstream: somebody could have put one of their names there. */
const OWN_PACKAGES = ["@countersign/*", "countersign", "create-countersign"];

/**
 * Packs every package of the repository as a release would, and serves them from a registry in a
 * folder. Third parties' packages come through it from the registry that npm is configured with.
 *
 * @param folder that exists, empty
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const { runServer } = await loadVerdaccio();
  const { stdout: upstream } = await run("npm", ["config", "get", "registry"], { cwd: folder });
  const everybody = { access: "$all", publish: "$all" };
  const server = await runServer({
    self_path: folder,
    storage: join(folder, "storage"),
    uplinks: { upstream: { url: upstream.trim(), timeout: "60s", maxage: "60m" } },
    packages: {
      ...Object.fromEntries(OWN_PACKAGES.map((name) => [name, everybody])),
      "**": { ...everybody, proxy: "upstream" },
    },
    auth: {},
    max_body_size: "100mb",
    web: { enable: false },
    log: { type: "stdout", level: "fatal" },
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    await publishPackages(folder, url);
  } catch (error) {
    await close(server);
    throw error;
  }
  return { url, [Symbol.asyncDispose]: () => close(server) };
}

async function publishPackages(folder: string, url: string): Promise<void> {
  const packed = join(folder, "packed");
  await mkdir(packed);
  const names = await readdir(join(ROOT, "packages"));
  const workspaces = names.map((name) => `--workspace=packages/${name}`);
  await run("npm", ["pack", "--pack-destination", packed, "--silent", ...workspaces], {
    cwd: ROOT,
  });
  // npm publishes nothing without a token; this registry asks for none.
  const userconfig = join(folder, "npmrc");
  await writeFile(userconfig, `${url.replace("http:", "")}:_authToken=none\n`);
  const flags = [`--registry=${url}`, `--userconfig=${userconfig}`, "--provenance=false"];
  const tarballs = await readdir(packed);
  await Promise.all(
    tarballs.map((each) => run("npm", ["publish", join(packed, each), ...flags], { cwd: folder })),
  );
}

async function loadVerdaccio(): Promise<Verdaccio> {
  const sources = fileURLToPath(new URL("./registry", import.meta.url));
  const files = ["package.json", "package-lock.json", ".npmrc"];
  const place = await toolFolder({
    name: "registry",
    sources,
    steps: (out) => [
      { command: "cp", args: [...files, out] },
      {
        command: "npm",
        args: ["ci", "--prefix", out, "--ignore-scripts", "--no-audit", "--no-fund"],
      },
    ],
  });
  return createRequire(join(place, "package.json"))("verdaccio") as Verdaccio;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}
