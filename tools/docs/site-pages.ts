/** A page of the site, and the Markdown file of the repository that it is made from. */
export interface SitePage {
  /** From the repository's folder: `docs/errors.md`. */
  readonly source: string;
  /** From the site's folder: `errors.md`. */
  readonly page: string;
}

/** Where a Markdown file of the repository is on the site; the first rule that fits holds. */
const PLACES: readonly [source: RegExp, page: string][] = [
  [/^README\.md$/, "index.md"],
  [/^README\.zh\.md$/, "zh/index.md"],
  [/^CONTRIBUTING\.md$/, "contributing.md"],
  [/^AGENTS\.md$/, "tree.md"],
  [/^docs\/(.+\.md)$/, "$1"],
  [/^examples\/sample-issuer\/README\.md$/, "tutorial.md"],
  [/^((?:packages|examples|bench|issuers)(?:\/[^/]+)*)\/README\.md$/, "$1.md"],
];

/** Says which pages the site has, of these files of the repository. */
export function pagesOf(files: readonly string[]): SitePage[] {
  return files.flatMap((source) => {
    const rule = PLACES.find(([pattern]) => pattern.test(source));
    return rule === undefined ? [] : [{ source, page: source.replace(...rule) }];
  });
}

/** A heading of the side bar, and what stands under it: a page, or a folder of pages (`decisions/`). */
export interface SiteSection {
  readonly title: string;
  readonly pages: readonly string[];
}

/** The side bar, from the top. A page that no section names stands in the last one. */
export const SECTIONS: readonly SiteSection[] = [
  { title: "Begin", pages: ["index.md", "install.md", "tutorial.md", "help.md"] },
  { title: "The issuers we ship", pages: ["ca-issuer.md", "ml-dsa.md", "issuers/"] },
  { title: "Concepts", pages: ["concepts/flow.md", "concepts/states.md", "concepts/"] },
  { title: "How to", pages: ["how-to/"] },
  { title: "Tools", pages: ["cli.md", "packages/cli.md", "packages/create.md", "http-client.md"] },
  {
    title: "Run it",
    pages: ["deploy.md", "errors.md", "operations/", "support-matrix.md", "security.md"],
  },
  { title: "Move to it", pages: ["migrate/"] },
  { title: "Reference", pages: ["reference/", "packages/", "guide.md", "contract.md"] },
  {
    title: "The project",
    pages: ["contributing.md", "tree.md", "bench.md", "bench/", "examples/", "zh/", "decisions/"],
  },
  { title: "More", pages: ["/"] },
];

/** Puts each page into the first section that names it; sections without a page are left out. */
export function sectionsOf(
  pages: readonly string[],
  sections: readonly SiteSection[] = SECTIONS,
): SiteSection[] {
  const placed = new Set<string>();
  return sections
    .map(({ title, pages: names }) => {
      const found = names.flatMap((name) => pages.filter((page) => isNamed(page, name)).sort());
      const own = [...new Set(found)].filter((page) => !placed.has(page));
      for (const page of own) placed.add(page);
      return { title, pages: own };
    })
    .filter((section) => section.pages.length > 0);
}

function isNamed(page: string, name: string): boolean {
  return name === "/" || page === name || (name.endsWith("/") && page.startsWith(name));
}
