/** What a template's places are filled with: texts, and yes or no for its blocks. */
export type Values = Readonly<Record<string, string | boolean>>;

const PLACE = /\{\{([a-zA-Z]+)\}\}/g;
const BLOCK_LINE = /^\{\{([#/])([a-zA-Z]+)\}\}$/;
const WHOLE_LINE = /^( *)\{\{([a-zA-Z]+)\}\}$/;

/**
 * Fills a template. `{{name}}` is a value. The lines from `{{#name}}` to `{{/name}}` stay where the
 * value is true. A line with nothing but `{{name}}` goes where the value is empty, and where it has
 * several lines each gets the line's indentation.
 *
 * @throws TypeError for a name that has no value: a mistake in the template
 */
export function render(template: string, values: Values): string {
  const hidden: string[] = [];
  const lines = template.split("\n").flatMap((line) => {
    const [, mark, name = ""] = BLOCK_LINE.exec(line) ?? [];
    if (mark === "#" && (hidden.length > 0 || valueFor(name, values) !== true)) hidden.push(name);
    if (mark === "/" && hidden.at(-1) === name) hidden.pop();
    if (mark !== undefined || hidden.length > 0) return [];
    const [, indentation = "", whole] = WHOLE_LINE.exec(line) ?? [];
    if (whole === undefined)
      return [line.replaceAll(PLACE, (_, key) => `${valueFor(key, values)}`)];
    const text = `${valueFor(whole, values)}`;
    return text === "" ? [] : text.split("\n").map((each) => indentation + each);
  });
  return lines.join("\n");
}

function valueFor(name: string, values: Values): string | boolean {
  const value = values[name];
  if (value === undefined) throw new TypeError(`Cannot render template: {{${name}}} has no value`);
  return value;
}
