/** A file of the repository as a page of the site: its text, and nothing around it. */
export function sourcePage(path: string, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n").map(escapeHtml);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(path)}</title>
<style>
  :root { color-scheme: light dark; font: 14px/1.5 ui-monospace, monospace; counter-reset: line; }
  h1 { font-size: 1em; }
  pre { font: inherit; white-space: pre-wrap; padding-left: 4em; }
  pre > span::before {
    content: counter(line); counter-increment: line; display: inline-block; width: 3em;
    margin-left: -4em; padding-right: 1em; text-align: right; color: GrayText; user-select: none;
  }
</style>
<h1>${escapeHtml(path)}</h1>
<pre>${lines.map((line) => `<span>${line}</span>`).join("\n")}</pre>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
