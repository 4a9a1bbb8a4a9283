const LINE = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? ([^ ]+)/;

/** Sums a metric over its labels in Prometheus' text format; undefined where it is not there. */
export function sumOf(text: string, name: string): number | undefined {
  const values = text.split("\n").flatMap((line) => {
    const [, found, value] = LINE.exec(line) ?? [];
    return found === name ? [Number(value)] : [];
  });
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
