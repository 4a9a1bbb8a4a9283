import { readCodeBlocks } from "../../tools/document-code.ts";

/**
 * What is to be done with the commands of a tutorial: to `run` them; to let them `stay` in a terminal of
 * their own until the tutorial ends them; to run them and see the last one end with 1, for it `fails`.
 * What needs a container engine, nodes or a remote runs `elsewhere`.
 */
export type BlockUse = "run" | "stays" | "fails" | "elsewhere";

/** The commands of one ```` ```sh ```` block. */
export interface TutorialBlock {
  /** Of its fence, counted from 1. */
  readonly line: number;
  readonly use: BlockUse;
  readonly text: string;
}

/** By what stands behind the fence. */
const USES: Readonly<Record<string, BlockUse>> = {
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
export function readTutorialBlocks(path: string, markdown: string): TutorialBlock[] {
  const blocks = readCodeBlocks(path, markdown).filter(({ language }) => !SHOWN.has(language));
  return blocks.map(({ line, language, marks, text }) => {
    const words = [language, ...marks].join(" ");
    const use = USES[words];
    if (use !== undefined) return { line, use, text };
    const known = [...Object.keys(USES), ...SHOWN].join(", ");
    throw new TypeError(`Cannot run ${path}:${line}: it is ${words}, must be one of ${known}`);
  });
}
