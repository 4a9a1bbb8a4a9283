import { resolveLink } from "../document-links.ts";

/** What a site knows of the repository's files. */
export interface SiteMap {
  /** The page that a file of the repository has become: `errors.md`. */
  pageOf(path: string): string | undefined;
  /** Whether it is a file that can be shown as it is. */
  isFile(path: string): boolean;
}

/** The text of a page, and the files of the repository that it shows the way to. */
export interface LinkedPage {
  readonly text: string;
  readonly sources: readonly string[];
}

/** Blocks of code, code in the line, and links, of which only the last are touched. */
const PARTS = /^(?:```|~~~)[\s\S]*?^(?:```|~~~) *$|`[^`\n]*`(?!\])|\[([^\]]+)\]\(([^)\s]+)\)/gm;
const ELSEWHERE = /^(?:[a-z]+:|#)/;

/** Where the site shows a file of the repository as it is. */
export function sourcePageOf(path: string): string {
  return `source/${path}.html`;
}

/**
 * Turns the links of a page from the repository's folders to the site's: to a page where the file is
 * one, else to the file as it is. What is neither, such as a folder, keeps its words and no link.
 */
export function siteLinks(source: string, text: string, site: SiteMap): LinkedPage {
  const sources = new Set<string>();
  const linked = text.replace(PARTS, (whole, label?: string, target?: string) => {
    if (label === undefined || target === undefined || ELSEWHERE.test(target)) return whole;
    const { path, place } = resolveLink(source, target);
    const page = site.pageOf(path);
    if (page !== undefined) return `[${label}](/${page}${place})`;
    if (!site.isFile(path)) return label;
    sources.add(path);
    // Not a page of the router's: the browser is to load it.
    return `[${label}](/${sourcePageOf(path)}){target="_self"}`;
  });
  return { text: linked, sources: [...sources] };
}
