import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderMermaidSVG } from "beautiful-mermaid";
import { defineConfig } from "vitepress";
import { sectionsOf } from "../../tools/docs/site-pages.ts";

const pagesFolder = fileURLToPath(new URL("../.site/pages", import.meta.url));

/** What the side bar calls pages whose first heading does not say what they are there. */
const TITLES: Readonly<Record<string, string>> = {
  "tutorial.md": "Tutorial: the Sample External Issuer",
  "zh/index.md": "中文",
};

/** The first heading of a page is what the side bar calls it, as a rule. */
function titleOf(page: string): string {
  const title = TITLES[page];
  if (title !== undefined) return title;
  const text = readFileSync(join(pagesFolder, page), "utf8");
  return (/^# (.+)$/m.exec(text)?.[1] ?? page).replaceAll("`", "");
}

const pages = globSync("**/*.md", { cwd: pagesFolder }).sort();

const sidebar = sectionsOf(pages).map((section) => ({
  text: section.title,
  collapsed: section.title === "The project",
  items: section.pages.map((page) => ({ text: titleOf(page), link: `/${page}` })),
}));

/** A diagram as SVG in the page, in the theme's colours; its style is in the theme's. */
function diagram(code: string, title: string): string {
  const colours = { bg: "var(--vp-c-bg)", fg: "var(--vp-c-text-1)", transparent: true };
  const svg = renderMermaidSVG(code, colours)
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace("<svg ", '<svg role="img" ');
  const caption = title === "" ? "" : `<figcaption>${title}</figcaption>`;
  return `<figure class="diagram" v-pre>${svg}${caption}</figure>`;
}

export default defineConfig({
  lang: "en",
  title: "Countersign",
  description: "cert-manager issuers in TypeScript",
  srcDir: ".site/pages",
  outDir: ".site/dist",
  cacheDir: ".site/cache",
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    config(md) {
      const fence = md.renderer.rules.fence;
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const { info = "", content = "" } = tokens[index] ?? {};
        const [language, ...title] = info.trim().split(/\s+/);
        if (language === "mermaid") return diagram(content, md.utils.escapeHtml(title.join(" ")));
        return fence?.(tokens, index, options, env, self) ?? "";
      };
    },
  },
  themeConfig: {
    sidebar,
    outline: { level: [2, 3] },
    search: { provider: "local" },
    nav: [
      { text: "Errors", link: "/errors" },
      { text: "Reference", link: "/reference/issuer" },
      { text: "中文", link: "/zh/" },
    ],
    footer: { message: "Apache-2.0" },
  },
});
