import {
  type DocumentLink,
  declaresSymbol,
  hasTestTitle,
  readLinks,
  withoutComments,
} from "./document-links.ts";

/** A Markdown document. */
export interface MarkdownDocument {
  /** From the repository's folder. */
  readonly path: string;
  readonly text: string;
  /**
   * What its tables claim:
   *
   * - `proof`: each link to a source names a symbol of it, each link to a test file a test.
   * - `messages`: a row begins with a message, which a test file that it links holds whole.
   */
  readonly claims?: "proof" | "messages";
}

/** The repository's files, as far as documents point at them. */
export interface SourceFiles {
  exists(path: string): boolean;
  read(path: string): string;
}

/** Finds what a document says that is not so, a sentence each. */
export function checkDocument(document: MarkdownDocument, files: SourceFiles): string[] {
  const links = readLinks(document.path, document.text);
  return [
    ...links.flatMap((link) => checkLink(link, files, document.claims === "proof")),
    ...(document.claims === "messages" ? checkMessages(document, files) : []),
  ].map((problem) => `${document.path}: ${problem}`);
}

function checkLink(link: DocumentLink, files: SourceFiles, isProof: boolean): string[] {
  const { path, text, titles } = link;
  if (!files.exists(path)) return [`${path} does not exist (link ${text})`];
  if (!path.endsWith(".ts")) return [];
  const missing = titles.filter((title) => !hasTestTitle(files.read(path), title));
  const problems = missing.map((title) => `${path} has no test “${title}”`);
  if (!isProof) return problems;
  if (path.endsWith(".test.ts")) {
    return titles.length > 0 ? problems : [`the link to ${path} names no test: add › “its title”`];
  }
  const [, symbol] = /^`([^`]+)`$/.exec(text) ?? [];
  if (symbol === undefined) return [`the link to ${path} names no symbol: make it [\`symbol\`](…)`];
  return declaresSymbol(files.read(path), symbol) ? [] : [`${path} declares no ${symbol}`];
}

const ROW = /^\| `([^`]+)` \|(.*)$/gm;
const PLACEHOLDER = /<[^>]+>/;
const STRING = /"(?:[^"\\\n]|\\.)*"|'[^'\\\n]*'/g;

/** A message has its changing parts as `<placeholder>`. */
function checkMessages(document: MarkdownDocument, files: SourceFiles): string[] {
  return [...document.text.matchAll(ROW)].flatMap(([, message = "", rest = ""]) => {
    const paths = readLinks(document.path, rest).map(({ path }) => path);
    const tests = paths.filter((path) => path.endsWith(".test.ts") && files.exists(path));
    const pattern = new RegExp(`^${message.split(PLACEHOLDER).map(RegExp.escape).join(".+")}$`);
    const isPinned = tests.some((path) => strings(files.read(path)).some((it) => pattern.test(it)));
    return isPinned ? [] : [`no test that the row names holds the whole message: ${message}`];
  });
}

function strings(source: string): string[] {
  return [...withoutComments(source).matchAll(STRING)].map(([literal]) => unquote(literal));
}

/** A string literal that JSON cannot read is no message. */
function unquote(literal: string): string {
  if (literal.startsWith("'")) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return "";
  }
}
