/** Lists words that came from outside, in messages whose length is bounded. */

const MOST_WORDS = 10;
const MOST_CHARACTERS = 100;

/** Quotes the first ten, each cut to a hundred characters, and counts the rest. */
export function quoteSome(words: readonly string[]): string {
  const quoted = words.slice(0, MOST_WORDS).map(quote);
  const rest = words.length - quoted.length;
  return quoted.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function quote(word: string): string {
  return JSON.stringify(
    word.length > MOST_CHARACTERS ? `${word.slice(0, MOST_CHARACTERS)}…` : word,
  );
}
