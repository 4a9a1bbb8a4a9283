/** Finds the server programs, and gets those that are not there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Progress, withProgress } from "../progress.ts";
import { TestingError } from "../testing-error.ts";
import { makeCacheEntry } from "./cache-entry.ts";
import { defaultCacheFolder, type Env, type Platform, thisPlatform } from "./cache-folder.ts";
import { archiveEntryName, ENVTEST_INDEX, findArchive, unpackArchive } from "./envtest-archive.ts";
import { folderOnPath, isExecutable, versionFault } from "./executable.ts";
import { findGo } from "./find-go.ts";
import { buildEntryName, goBuild, hasSources } from "./go-build.ts";
import {
  CERT_MANAGER,
  ETCD,
  KUBE_API_SERVER,
  OLDEST_GO,
  type ServerName,
  type ServerProgram,
} from "./server-catalog.ts";
import { formatVersion } from "./version.ts";

/** Where to look. */
export interface FindOptions {
  /** @default process.env */
  readonly env?: Env;
  /** @default "countersign/servers" in XDG_CACHE_HOME or ~/.cache */
  readonly cacheDir?: string | undefined;
  /** The list of prebuilt archives; false for not to ask. @default controller-tools' on GitHub */
  readonly archiveIndex?: string | false | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Paths of programs. */
export interface Servers {
  readonly etcd: string;
  readonly kubeApiServer: string;
}

/** cert-manager's program and the folder of its CRDs. */
export interface CertManagerFiles {
  readonly program: string;
  readonly crds: string;
}

/**
 * Finds etcd and kube-apiserver. Looked at, in this order: the folder that COUNTERSIGN_ASSETS or
 * KUBEBUILDER_ASSETS names, PATH, the cache, controller-tools' prebuilt archives, and Go, which
 * builds them from the sources that this package pins. The last two fill the cache.
 *
 * @throws TestingError `ERR_SERVERS_NOT_FOUND`, which lists all that was looked at and what to
 * install; `ERR_SERVER_BUILD` when Go fails.
 */
export async function findServers(options: FindOptions = {}): Promise<Servers> {
  const folders = await findPrograms([ETCD, KUBE_API_SERVER], options);
  return {
    etcd: join(folderOf(folders, ETCD), ETCD.name),
    kubeApiServer: join(folderOf(folders, KUBE_API_SERVER), KUBE_API_SERVER.name),
  };
}

/**
 * Finds cert-manager: in the folder that COUNTERSIGN_CERT_MANAGER names (the program
 * `cert-manager` and the folder `crds`), the cache, or built by Go. It is published as images only.
 *
 * @throws as {@link findServers} does.
 */
export async function findCertManager(options: FindOptions = {}): Promise<CertManagerFiles> {
  const folder = folderOf(await findPrograms([CERT_MANAGER], options), CERT_MANAGER);
  return { program: join(folder, CERT_MANAGER.name), crds: join(folder, "crds") };
}

/** A search under way: its options resolved, and what it has found and missed so far. */
interface Search {
  readonly env: Env;
  readonly cacheDir: string;
  readonly archiveIndex: string | false;
  readonly progress: Progress | undefined;
  readonly signal: AbortSignal | undefined;
  readonly platform: Platform;
  readonly folders: Map<ServerName, string>;
  /** One sentence for each place that had nothing. */
  readonly misses: string[];
}

async function findPrograms(
  programs: readonly ServerProgram[],
  options: FindOptions,
): Promise<Search["folders"]> {
  const { env = process.env, archiveIndex = ENVTEST_INDEX } = options;
  const { cacheDir = defaultCacheFolder(env), progress, signal } = options;
  const search: Search = {
    env,
    cacheDir,
    archiveIndex,
    progress,
    signal,
    platform: thisPlatform(),
    folders: new Map(),
    misses: [],
  };
  for (const place of [findInFolders, findOnPath, findInCache, findInArchive, findWithGo]) {
    const missing = programs.filter(({ name }) => !search.folders.has(name));
    if (missing.length > 0) await place(missing, search);
  }
  const missing = programs.filter(({ name }) => !search.folders.has(name));
  if (missing.length > 0) throw notFound(missing, search);
  return search.folders;
}

async function findInFolders(missing: readonly ServerProgram[], search: Search): Promise<void> {
  for (const program of missing) {
    for (const variable of program.folderVariables) {
      const folder = search.env[variable];
      if (folder) await consider(program, { folder, place: `${variable}=${folder}` }, search);
      else search.misses.push(`${variable} is not set`);
      if (search.folders.has(program.name)) break;
    }
  }
}

async function findOnPath(missing: readonly ServerProgram[], search: Search): Promise<void> {
  for (const program of missing.filter(({ isPublished }) => isPublished)) {
    const folder = folderOnPath(program.name, search.env);
    if (folder === undefined) search.misses.push(`PATH has no ${program.name}`);
    else await consider(program, { folder, place: `PATH (${folder})` }, search);
  }
}

/** Takes a program that this package did not put there, if it is what it must be. */
async function consider(
  program: ServerProgram,
  { folder, place }: { folder: string; place: string },
  search: Search,
): Promise<void> {
  const path = join(folder, program.name);
  const fault = isExecutable(path) ? await faultOf(program, folder, search) : "is not there";
  if (fault === undefined) search.folders.set(program.name, folder);
  else search.misses.push(`${place}: ${program.name} ${fault}`);
}

async function faultOf(
  program: ServerProgram,
  folder: string,
  { env, signal }: Search,
): Promise<string | undefined> {
  const { name, oldest, companions, isPublished } = program;
  if (companions !== undefined && !existsSync(join(folder, companions.as))) {
    return `has no folder ${companions.as} beside it`;
  }
  return isPublished
    ? versionFault([join(folder, name), "--version"], { oldest, env, signal })
    : undefined;
}

async function findInCache(missing: readonly ServerProgram[], search: Search): Promise<void> {
  for (const program of missing) {
    const entries = cacheEntries(program, search);
    const folder = entries.find((entry) => isExecutable(join(entry, program.name)));
    if (folder === undefined) search.misses.push(`the cache has no ${entries.join(" and no ")}`);
    else search.folders.set(program.name, folder);
  }
}

function cacheEntries(program: ServerProgram, { cacheDir, platform }: Search): string[] {
  const built = hasSources(program) ? [join(cacheDir, buildEntryName(program, platform))] : [];
  return program.isPublished ? [...built, join(cacheDir, archiveEntryName(platform))] : built;
}

async function findInArchive(missing: readonly ServerProgram[], search: Search): Promise<void> {
  const { archiveIndex, platform, signal, progress } = search;
  const wanted = missing.filter(({ isPublished }) => isPublished);
  if (wanted.length === 0 || archiveIndex === false) return;
  const entry = join(search.cacheDir, archiveEntryName(platform));
  try {
    const archive = await findArchive(archiveIndex, { platform, signal });
    await withProgress(
      `download kube-apiserver ${archive.version} and its etcd`,
      () => makeCacheEntry(entry, (place) => unpackArchive(archive, { ...place, signal }), search),
      { progress },
    );
  } catch (error) {
    signal?.throwIfAborted();
    search.misses.push(`prebuilt archives (${archiveIndex}): ${(error as Error).message}`);
    return;
  }
  for (const { name } of wanted) {
    if (isExecutable(join(entry, name))) search.folders.set(name, entry);
    else search.misses.push(`prebuilt archives (${archiveIndex}): no ${name} in it`);
  }
}

async function findWithGo(missing: readonly ServerProgram[], search: Search): Promise<void> {
  const { env, progress, platform } = search;
  const found = await findGo(search);
  if ("miss" in found) {
    search.misses.push(found.miss);
    return;
  }
  const { go } = found;
  for (const program of missing.filter(hasSources)) {
    const entry = join(search.cacheDir, buildEntryName(program, platform));
    await withProgress(
      `build ${program.name} ${program.version} with Go`,
      () => makeCacheEntry(entry, (place) => goBuild(program, { go, env, ...place }), search),
      { progress },
    );
    search.folders.set(program.name, entry);
  }
}

function folderOf(folders: Search["folders"], { name }: ServerProgram): string {
  const folder = folders.get(name);
  if (folder === undefined)
    throw new TypeError(`Cannot name the folder of ${name}: it was not found`);
  return folder;
}

function notFound(missing: readonly ServerProgram[], { misses }: Search): TestingError {
  const names = missing.map(({ name }) => name).join(" and ");
  const variables = missing.flatMap(({ folderVariables }) => folderVariables.slice(-1));
  const version = formatVersion(OLDEST_GO);
  return new TestingError(
    "ERR_SERVERS_NOT_FOUND",
    [
      `Cannot find ${names}. Looked at:`,
      ...[...new Set(misses)].map((miss) => `  - ${miss}`),
      `Install Go ${version} or newer (https://go.dev/dl) and have "go" on PATH: it builds them once, in a few minutes.`,
      `Or set ${variables[0]} to a folder with ${names} in it.`,
    ].join("\n"),
  );
}
