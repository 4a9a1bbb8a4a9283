import { readCodeBlocks } from "./document-code.ts";

/** By which one language leads to the other. */
const OTHER_LANGUAGE = /^README(?:\.[a-z]+)?\.md$/;

/** What a document and its translation must have in common, each as a list to be compared. */
const ASPECTS: Readonly<Record<string, (text: string) => string[]>> = {
  headings: (text) => withoutCode(text).filter(isHeading).map(levelOf),
  "lines of code": (text) =>
    readCodeBlocks("", text).flatMap(({ language, marks, text: code }) => [
      [language, ...marks].join(" "),
      ...code.split("\n"),
    ]),
  links: (text) =>
    [
      ...withoutCode(text)
        .join("\n")
        .matchAll(/\]\(([^)\s]+)\)/g),
    ]
      .map(([, target = ""]) => target)
      .filter((target) => !OTHER_LANGUAGE.test(target)),
  "names in code": (text) =>
    [
      ...withoutCode(text)
        .join("\n")
        .matchAll(/`[^`\n]+`/g),
    ].map(([code]) => code),
  "rows of tables": (text) =>
    withoutCode(text)
      .filter((line) => line.startsWith("|"))
      .map(() => "row"),
  "items of lists": (text) =>
    withoutCode(text)
      .filter((line) => /^\s*[-*] /.test(line))
      .map(() => "item"),
};

/** Those whose order follows the language's. */
const UNORDERED = new Set(["links", "names in code"]);

/** Finds in what a translation is not equal to its original, a sentence each. */
export function compareTranslation(original: string, translation: string): string[] {
  return Object.entries(ASPECTS).flatMap(([aspect, read]) => {
    const sort = (list: string[]): string[] => (UNORDERED.has(aspect) ? list.sort() : list);
    const there = sort(read(original));
    const here = sort(read(translation));
    const at = there.findIndex((each, index) => each !== here[index]);
    if (at === -1 && there.length === here.length) return [];
    const of = (list: string[]): string => JSON.stringify(list[at] ?? list[there.length] ?? "none");
    return [
      `it has ${here.length} ${aspect}, the original ${there.length}; the first that differs is ${of(here)}, must be ${of(there)}`,
    ];
  });
}

/** The lines outside blocks of code. */
function withoutCode(text: string): string[] {
  let fence: string | undefined;
  return text.split("\n").filter((line) => {
    const [mark] = /^\s*(?:```+|~~~+)/.exec(line) ?? [];
    if (mark === undefined) return fence === undefined;
    if (fence === undefined) fence = mark;
    else if (line.trim() === fence.trim()) fence = undefined;
    return false;
  });
}

function isHeading(line: string): boolean {
  return /^#+ /.test(line);
}

function levelOf(heading: string): string {
  return heading.replace(/ .*/, "");
}
