/**
 * What is to be done with the commands of a tutorial: to `run` them; to let them `stay` in a terminal of
 * their own until the tutorial ends them; to run them and see the last one end with 1, for it `fails`.
 * What needs a container engine, nodes or a remote runs `elsewhere`.
 */
export type BlockUse = "run" | "stays" | "fails" | "elsewhere";

/** The commands of one ```` ```sh ```` block. */
export interface TutorialBlock {
  /** The heading that it stands under. */
  readonly section: string;
  /** Of its fence, counted from 1. */
  readonly line: number;
  readonly use: BlockUse;
  readonly text: string;
}

const FENCE = /^```(.*)$/;
const MARKS: Readonly<Record<string, BlockUse>> = {
  sh: "run",
  "sh stays": "stays",
  "sh fails": "fails",
  "sh elsewhere": "elsewhere",
};

/** Blocks of these are shown, not typed. */
const SHOWN = new Set(["yaml", "ts", "text"]);

/**
 * Reads the commands of a document.
 *
 * @throws TypeError for a block that would be neither run nor counted.
 */
export function readTutorialBlocks(markdown: string): TutorialBlock[] {
  const blocks: TutorialBlock[] = [];
  let section = "";
  let open: { line: number; info: string; text: string[] } | undefined;
  for (const [index, row] of markdown.split("\n").entries()) {
    const [, info] = FENCE.exec(row) ?? [];
    if (open === undefined) {
      if (info !== undefined) open = { line: index + 1, info, text: [] };
      else if (/^#+ /.test(row)) section = row.replace(/^#+ /, "");
    } else if (info === undefined) {
      open.text.push(row);
    } else {
      const { line, info: words, text } = open;
      const use = MARKS[words];
      if (use !== undefined) blocks.push({ section, line, use, text: text.join("\n") });
      else if (!SHOWN.has(words)) throw unknownBlock(line, words);
      open = undefined;
    }
  }
  if (open !== undefined) throw unknownBlock(open.line, `${open.info}, without an end`);
  return blocks;
}

function unknownBlock(line: number, words: string): TypeError {
  const known = [...Object.keys(MARKS), ...SHOWN].join(", ");
  return new TypeError(`Cannot run block of line ${line}: it is ${words}, must be one of ${known}`);
}
