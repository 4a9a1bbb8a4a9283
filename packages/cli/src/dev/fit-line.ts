/** Characters that take two columns of a terminal. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Control characters and what reorders text: what a CA or a cluster says is not to move a cursor. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]+/gu;

/** A text on one line, and nothing in it that a terminal would obey. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, " ").trim();
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** The part of a text that fits into some columns; where something is cut off, an ellipsis says so. */
export function fitLine(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let fitting = "";
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    fitting += character;
  }
  return `${fitting}…`;
}

/** Fills a text up to a width. */
export function padLine(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}
