/** A fenced block of code in a Markdown document. */
export interface CodeBlock {
  /** The document, from the repository's folder. */
  readonly path: string;
  /** The line of its fence, counted from 1. */
  readonly line: number;
  /** The first word behind the fence: `ts`, `sh`. */
  readonly language: string;
  /** Further words behind it: `runnable`. */
  readonly marks: readonly string[];
  readonly text: string;
  /** What a comment before the block says must be around it to be whole. */
  readonly setup?: Setup;
}

/** What stands around a fragment: hidden from the reader, as they have it before their eyes already. */
interface Setup {
  /** The line of the document on which `before` begins. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

const FENCE = /^( *)(```+|~~~+) *(\S*) *(.*)$/;
const SETUP_BEGIN = /^<!-- setup\s*$/;
const SETUP_END = /^-->\s*$/;

/** Where in a setup its block stands; without it the block comes last. */
const PLACE_OF_BLOCK = /^\s*…\s*$/;

/** Reads the fenced blocks of a Markdown document. */
export function readCodeBlocks(path: string, markdown: string): CodeBlock[] {
  const lines = markdown.split("\n");
  const blocks: CodeBlock[] = [];
  let setup: Setup | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [, indent = "", fence, language = "", marks = ""] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const end = endOf(lines, at + 1, (each) => each.trim() === fence);
      const text = lines.slice(at + 1, end).map((each) => each.replace(indent, ""));
      blocks.push({
        path,
        line: at + 1,
        language,
        marks: marks.split(/\s+/).filter((mark) => mark !== ""),
        text: text.join("\n"),
        ...(setup && { setup }),
      });
      setup = undefined;
      at = end;
    } else if (SETUP_BEGIN.test(line)) {
      const end = endOf(lines, at + 1, (each) => SETUP_END.test(each));
      setup = readSetup(lines.slice(at + 1, end), at + 2);
      at = end;
    } else if (line.trim() !== "") {
      setup = undefined;
    }
  }
  return blocks;
}

function endOf(lines: readonly string[], from: number, isEnd: (line: string) => boolean): number {
  const end = lines.findIndex((line, at) => at >= from && isEnd(line));
  return end === -1 ? lines.length : end;
}

function readSetup(lines: readonly string[], line: number): Setup {
  const place = lines.findIndex((each) => PLACE_OF_BLOCK.test(each));
  if (place === -1) return { line, before: lines.join("\n"), after: "" };
  const before = lines.slice(0, place).join("\n");
  return { line, before, after: lines.slice(place + 1).join("\n") };
}

/**
 * The module that a block of TypeScript is, with its setup around it. Setup and block stand on the
 * lines that they have in the document, so that what a compiler says of a line is true of both.
 */
export function moduleOf({ line, text, setup }: CodeBlock): string {
  const rows: string[] = [];
  if (setup !== undefined) {
    rows.length = setup.line - 1;
    rows.push(...setup.before.split("\n"));
  }
  rows.length = line;
  return [...Array.from(rows, (row) => row ?? ""), text, setup?.after ?? "", "export {};", ""].join(
    "\n",
  );
}
