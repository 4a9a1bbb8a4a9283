/**
 * A text that does nothing to a terminal but be read: names and messages come from whoever can write to
 * a cluster. Control characters are shown as `\x1b`; only newlines stay.
 */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, (each) => {
    return `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
