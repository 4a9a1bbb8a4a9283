/** A figure and what it must be at most; without a bar it is told and not judged. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "" | "ms" | "MB/h" | "MB";
  readonly bar: number | undefined;
}

/** Whether a figure keeps its bar. What could not be measured keeps none. */
export function isWithin({ value, bar }: Figure): boolean {
  return bar === undefined || value <= bar;
}

/** The table of figures, a line each. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    isWithin(figure) ? "✔" : "✖",
    figure.name,
    Number.isNaN(figure.value) ? "–" : `${format(figure.value)} ${figure.unit}`.trim(),
    figure.bar === undefined ? "not judged" : `≤ ${format(figure.bar)} ${figure.unit}`.trim(),
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map(([sign = "", name = "", value = "", bar = ""]) =>
      [sign, name.padEnd(widths[1] ?? 0), value.padStart(widths[2] ?? 0), bar].join("  "),
    )
    .join("\n");
}

function format(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
}
