import { posix } from "node:path";

/** What a page of HTML points at, and the places in it that can be pointed at. */
interface HtmlPage {
  readonly targets: readonly string[];
  readonly loads: readonly string[];
  readonly places: ReadonlySet<string>;
}

const TAG = /<([a-z][a-z0-9-]*)\b((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([^\s=]+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&quot;": '"', "&#39;": "'" };
const REMOTE = /^(?:[a-z]+:)?\/\//;
const OTHER_SCHEME = /^[a-z]+:/;

/** What code on a page may have a stylesheet load. */
const CSS_LOAD = /@import\s+(?:url\()?["']?([^"')]+)|url\(["']?((?:https?:)?\/\/[^"')]+)/g;

/**
 * Finds what is wrong with a built site, a sentence each: a link to a page, a file or a place in a page
 * that is not there, and whatever a browser would load from elsewhere, as the site is to work without
 * a network.
 *
 * @param files each file's path from the site's folder; the text of HTML and CSS, else anything
 */
export function checkSite(files: ReadonlyMap<string, string>): string[] {
  const pages = new Map(
    [...files].filter(([path]) => path.endsWith(".html")).map(([path, text]) => [path, read(text)]),
  );
  const problems = [...pages].flatMap(([path, page]) => [
    ...page.targets.flatMap((target) => checkTarget(path, target, files, pages)),
    ...page.loads.filter((url) => REMOTE.test(url)).map((url) => loadProblem(path, url)),
  ]);
  const styles = [...files].filter(([path]) => path.endsWith(".css") || path.endsWith(".html"));
  for (const [path, text] of styles) {
    for (const [, imported = "", url = imported] of text.matchAll(CSS_LOAD)) {
      if (REMOTE.test(url)) problems.push(loadProblem(path, url));
    }
  }
  return [...new Set(problems)];
}

function loadProblem(path: string, url: string): string {
  return `${path} loads ${url}: a page must load nothing from elsewhere`;
}

function read(html: string): HtmlPage {
  const targets: string[] = [];
  const loads: string[] = [];
  const places = new Set<string>();
  for (const [, tag = "", rest = ""] of html.matchAll(TAG)) {
    for (const [, name = "", raw = ""] of rest.matchAll(ATTRIBUTE)) {
      const value = raw.replace(/&(?:amp|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
      if (name === "id" || (tag === "a" && name === "name")) places.add(value);
      else if (tag === "a" && name === "href") targets.push(value);
      else if (name === "src" || (tag === "link" && name === "href")) loads.push(value);
    }
  }
  return { targets, loads, places };
}

function checkTarget(
  from: string,
  target: string,
  files: ReadonlyMap<string, string>,
  pages: ReadonlyMap<string, HtmlPage>,
): string[] {
  if (OTHER_SCHEME.test(target) || REMOTE.test(target)) return [];
  const [file = "", place = ""] = target.split("#").map(decodeURIComponent);
  const path = file === "" ? from : fileOf(from, file, files);
  if (path === undefined) return [`${from} links to ${target}, which does not exist`];
  const isThere = place === "" || pages.get(path)?.places.has(place) !== false;
  return isThere ? [] : [`${from} links to ${target}: ${path} has no place #${place}`];
}

function fileOf(
  from: string,
  target: string,
  files: ReadonlyMap<string, string>,
): string | undefined {
  const path = target.startsWith("/")
    ? target.slice(1)
    : posix.join(posix.dirname(from), target).replace(/^\.$/, "");
  const isFolder = path === "" || path.endsWith("/");
  const candidates = isFolder
    ? [`${path}index.html`]
    : [path, `${path}.html`, `${path}/index.html`];
  return candidates.find((candidate) => files.has(candidate));
}
