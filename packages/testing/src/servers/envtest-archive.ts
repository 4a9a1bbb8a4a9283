/**
 * Fetches etcd and kube-apiserver prebuilt: the archives that controller-tools publishes for
 * controller-runtime's envtest.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "yaml";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Platform } from "./cache-folder.ts";
import { KUBE_API_SERVER } from "./server-catalog.ts";
import { compareVersions, firstVersion, type Version } from "./version.ts";

/** Lists the archives and their checksums. */
export const ENVTEST_INDEX =
  "https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml";

/** How long an answer may take to begin: where there is no internet, nobody should wait for it. */
const CONNECT_TIMEOUT_MS = 2_000;
const INDEX_TIMEOUT_MS = 15_000;
const ARCHIVE_TIMEOUT_MS = 10 * 60 * 1000;

/** One archive of the index. */
export interface EnvtestArchive {
  readonly version: string;
  readonly url: string;
  /** SHA-512, in hexadecimal digits. */
  readonly hash: string;
}

/** The newest version wanted from an archive: what Go would build. */
const NEWEST: Version = firstVersion(KUBE_API_SERVER.version) ?? KUBE_API_SERVER.oldest;

/** The name of the cache entry that holds an archive's programs. */
export function archiveEntryName({ os, arch }: Platform): string {
  return `envtest-${NEWEST.join(".")}-${os}-${arch}`;
}

/**
 * Reads the index and chooses an archive from it.
 *
 * @throws Error that says why there is none: the index cannot be reached, or has none that fits.
 */
export async function findArchive(
  index: string,
  options: { platform: Platform; signal: AbortSignal | undefined },
): Promise<EnvtestArchive> {
  const { platform, signal } = options;
  const response = await get(index, { timeoutMs: INDEX_TIMEOUT_MS, signal });
  const archive = chooseArchive(parse(await response.text()), platform);
  if (archive === undefined) throw new Error(`has no archive for ${platform.os}/${platform.arch}`);
  return archive;
}

/** The newest archive for a platform that is neither too old nor newer than what Go would build. */
export function chooseArchive(index: unknown, { os, arch }: Platform): EnvtestArchive | undefined {
  const { releases = {} } = (index ?? {}) as {
    releases?: Record<string, Record<string, { hash?: string; selfLink?: string }>>;
  };
  return Object.entries(releases)
    .flatMap(([version, files]) => {
      const { hash, selfLink: url } = files[`envtest-${version}-${os}-${arch}.tar.gz`] ?? {};
      return isWanted(version) && hash && url ? [{ version, url, hash }] : [];
    })
    .sort((a, b) => a.version.localeCompare(b.version, "en", { numeric: true }))
    .at(-1);
}

/** Pre-releases have a hyphen. */
function isWanted(release: string): boolean {
  const version = firstVersion(release);
  if (version === undefined || release.includes("-")) return false;
  return (
    compareVersions(version, KUBE_API_SERVER.oldest) >= 0 && compareVersions(version, NEWEST) <= 0
  );
}

/**
 * Downloads an archive, compares its checksum, and unpacks its programs into a folder.
 *
 * @throws Error that says what went wrong.
 */
export async function unpackArchive(
  archive: EnvtestArchive,
  options: { supervisor: Supervisor; out: string; signal: AbortSignal | undefined },
): Promise<void> {
  const { supervisor, out, signal } = options;
  const file = join(supervisor.dir, "archive.tar.gz");
  const hash = await download(archive.url, { file, signal });
  if (hash !== archive.hash) {
    throw new Error(
      `${archive.url} has SHA-512 ${hash.slice(0, 16)}…, must be ${archive.hash.slice(0, 16)}…`,
    );
  }
  const tar = await supervisor.startProcess({
    name: "tar",
    command: "tar",
    args: ["-xzf", file, "-C", out, "--strip-components=2"],
  });
  const { code, log } = await tar.exited;
  if (code !== 0) throw new Error(`cannot unpack ${archive.url}: ${log.join(" ")}`);
  await rm(file);
}

/** Writes what a URL serves to a file and returns its SHA-512. */
async function download(
  url: string,
  { file, signal }: { file: string; signal: AbortSignal | undefined },
): Promise<string> {
  const response = await get(url, { timeoutMs: ARCHIVE_TIMEOUT_MS, signal });
  if (response.body === null) throw new Error(`${url} is empty`);
  const hash = createHash("sha512");
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
  return hash.digest("hex");
}

/** A GET whose answer begins soon or never. */
async function get(
  url: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Response> {
  const connecting = new AbortController();
  const timer = setTimeout(
    () => connecting.abort(new Error(`no answer after ${CONNECT_TIMEOUT_MS} ms`)),
    CONNECT_TIMEOUT_MS,
  );
  const signals = [connecting.signal, AbortSignal.timeout(timeoutMs)];
  if (signal !== undefined) signals.push(signal);
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return response;
  } catch (error) {
    // fetch says "fetch failed" and keeps the reason for itself.
    const { cause } = error as { cause?: unknown };
    throw cause instanceof Error ? cause : error;
  } finally {
    clearTimeout(timer);
  }
}
