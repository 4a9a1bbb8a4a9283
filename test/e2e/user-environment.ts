import { execFile } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { findHelm } from "../manifests/helm.ts";
import { findKubectl } from "./kubectl.ts";

/**
 * The environment of somebody who has nothing of this repository: neither its Node nor what npm has
 * told the process that runs the tests; but kubectl and Helm, and a name for git.
 *
 * npm's cache of tarballs is the user's; its cache of programs that `npm create` has run is not, for
 * it would run an earlier one of the same version.
 *
 * @param registry where npm finds packages
 * @param folder that exists, empty: for what the programs keep
 */
export async function userEnvironment(
  registry: string,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "cache"]);
  const tarballs = join(stdout.trim(), "_cacache");
  await mkdir(tarballs, { recursive: true });
  await mkdir(join(folder, "npm"));
  await symlink(tarballs, join(folder, "npm/_cacache"));
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  const path = (process.env.PATH ?? "").split(delimiter);
  const tools = [await findKubectl(), dirname(await findHelm())];
  return {
    ...Object.fromEntries(own),
    PATH: [...tools, ...path.filter((each) => !each.includes("node_modules"))].join(delimiter),
    npm_config_registry: registry,
    npm_config_cache: join(folder, "npm"),
    npm_config_update_notifier: "false",
    npm_config_yes: "true", // what they say when npm asks whether to install what it is to run
    KUBECACHEDIR: join(folder, "kubectl"),
    HELM_CACHE_HOME: join(folder, "helm/cache"),
    HELM_CONFIG_HOME: join(folder, "helm/config"),
    HELM_DATA_HOME: join(folder, "helm/data"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "A. U. Thor",
    GIT_AUTHOR_EMAIL: "author@example.com",
    GIT_COMMITTER_NAME: "A. U. Thor",
    GIT_COMMITTER_EMAIL: "author@example.com",
  };
}

const FOREIGN = /^(npm_|node_|git_|helm_|kube)/i;
