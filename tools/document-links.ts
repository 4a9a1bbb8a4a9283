/** What a document's link points at, and what of that file it names. */
export interface DocumentLink {
  /** From the repository's folder. */
  readonly path: string;
  /** What stands in the brackets. */
  readonly text: string;
  /** The tests named behind the link: `[decide.test.ts](…) › “title”, “another”`. */
  readonly titles: readonly string[];
}

const FENCED = /^(```|~~~)[\s\S]*?^\1/gm;
const LINK = /\[([^\]]+)\]\(([^)\s]+)\)((?: › “[^”]+”)(?:, “[^”]+”)*)?/g;
const TITLE = /“([^”]+)”/g;

/** Somebody else's page, or a place in the same document. */
const ELSEWHERE = /^(?:[a-z]+:|#)/;

/** Reads the links of a Markdown document to files of the repository. */
export function readLinks(documentPath: string, text: string): DocumentLink[] {
  const links: DocumentLink[] = [];
  for (const [, label = "", target = "", named = ""] of text.replace(FENCED, "").matchAll(LINK)) {
    if (ELSEWHERE.test(target)) continue;
    const { path } = resolveLink(documentPath, target);
    const titles = [...named.matchAll(TITLE)].map(([, title = ""]) => title);
    links.push({ path, text: label, titles });
  }
  return links;
}

/** Says which file of the repository a document's link points at, and which place in it (`#place`). */
export function resolveLink(documentPath: string, target: string): { path: string; place: string } {
  const [file = "", ...places] = target.split("#");
  const parts = documentPath.split("/").slice(0, -1);
  for (const part of file.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return { path: parts.join("/"), place: places.map((each) => `#${each}`).join("") };
}

const COMMENT_LINE = /^\s*(?:\/\/|\*|\/\*).*$/gm;

/** A source file without the lines that are comments. */
export function withoutComments(source: string): string {
  return source.replace(COMMENT_LINE, "");
}

/**
 * Whether a source file declares a symbol: `decide()`, `MismatchPolicy`, and for a member of a class
 * or of an object `RequestWriter.write()`, `certificateRequestKind.phaseOf`.
 */
export function declaresSymbol(source: string, symbol: string): boolean {
  const code = withoutComments(source);
  const [name = "", member] = symbol.replace(/\(\)$/, "").split(".");
  const declaration = `\\b(?:function|class|const|interface|type)\\s+${RegExp.escape(name)}(?![\\w$])`;
  if (!new RegExp(declaration).test(code)) return false;
  if (member === undefined) return true;
  const words = "(?:(?:readonly|async|static|get)\\s+)*";
  return new RegExp(`^\\s+${words}${RegExp.escape(member)}(?:[(<:?,]| =)`, "m").test(code);
}

const TEST_TEMPLATE = /\b(?:it|test|describe)\(\s*`([^`]*)`/g;
const HOLE = /\$\{[^}]*\}/;

/**
 * Whether a test file has a test of a title. It may stand there as it is, which is also how the rows
 * of a table hold it, or be made from a template: then what fills each hole must stand in the file
 * as well, but for an ellipsis, which fills one that another file fills.
 */
export function hasTestTitle(source: string, title: string): boolean {
  const code = withoutComments(source);
  if (code.includes(JSON.stringify(title))) return true;
  return [...code.matchAll(TEST_TEMPLATE)].some(([, template = ""]) => {
    const pattern = template.split(HOLE).map(RegExp.escape).join("(.*)");
    const filled = new RegExp(`^${pattern}$`).exec(title)?.slice(1);
    return filled?.every((part) => part === "…" || isWordOf(code, part)) ?? false;
  });
}

/** Whether a text stands in a file whole: as a string of its own, or as a number. */
function isWordOf(code: string, text: string): boolean {
  if (code.includes(JSON.stringify(text))) return true;
  return /^\d+$/.test(text) && new RegExp(`\\b${text}\\b`).test(code);
}
