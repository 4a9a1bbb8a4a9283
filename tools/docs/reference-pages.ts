import { resolveLink } from "../document-links.ts";

/** What of a package's manifest the reference is made from. */
export interface PackageManifest {
  readonly name: string;
  readonly description: string;
  /** By subpath: where its source is. */
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** What can be imported under one name, and the page of it. */
export interface Module {
  /** `@countersign/issuer/http` */
  readonly name: string;
  readonly description: string;
  /** Its source, from the repository's folder. */
  readonly entryPoint: string;
  /** Where typedoc writes what it has read there. */
  readonly text: string;
  /** Its page, from the site's folder. */
  readonly page: string;
}

const SOURCE = "@countersign/source";

/** The modules that a package offers, by its folder's name and its manifest. */
export function modulesOf(folder: string, manifest: PackageManifest): Module[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === "string" ? undefined : target[SOURCE];
    if (source === undefined) return [];
    const sub = subpath.slice("./".length);
    return {
      name: sub === "" ? manifest.name : `${manifest.name}/${sub}`,
      description: sub === "" ? manifest.description : "",
      entryPoint: `packages/${folder}/${source.slice("./".length)}`,
      text: `${folder}/${source.slice("./".length).replace(/(?:\/index)?\.ts$/, ".md")}`,
      page: `reference/${[folder, ...sub.split("/")].filter((word) => word !== "").join("-")}.md`,
    };
  });
}

const LINK = /\]\(([^)\s]+\.md)(#[^)\s]*)?\)/g;

/** The page of a module, made from the text that typedoc has written of it. */
export function referencePage(module: Module, text: string, modules: readonly Module[]): string {
  const pages = new Map(modules.map((each) => [each.text, each.page]));
  const linked = text.replace(LINK, (whole, target: string, place = "") => {
    const page = pages.get(resolveLink(module.text, target).path);
    return page === undefined ? whole : `](/${page}${place})`;
  });
  const description = module.description === "" ? "" : `${module.description}\n\n`;
  return `# API of ${module.name}\n\n${description}${linked}`;
}
