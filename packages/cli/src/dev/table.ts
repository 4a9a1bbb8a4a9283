import { fitLine, oneLine, padLine, widthOf } from "./fit-line.ts";
import type { ObjectRow } from "./object-row.ts";

/** What a table is drawn for. */
export interface TableSize {
  readonly columns: number;
  /** The most lines, the head among them. */
  readonly lines: number;
}

type Cells = readonly [kind: string, name: string, ready: string, reason: string, age: string];

const HEAD: Cells = ["KIND", "NAME", "READY", "REASON", "AGE"];
const GAP = "  ";

/**
 * Draws objects as a table: a line each, the message last and cut to the width. Those that do not fit
 * are counted in the last line; those that are not ready are the last to be left out.
 */
export function tableLines(rows: readonly ObjectRow[], size: TableSize, now: Date): string[] {
  if (rows.length === 0) return [fitLine("No issuer and no request yet.", size.columns)];
  const shown = rowsThatFit(rows, size.lines - 1);
  const cells = shown.map((row) => cellsOf(row, now));
  const widths = HEAD.map((head, column) =>
    Math.max(...[HEAD, ...cells].map((line) => widthOf(line[column] ?? head))),
  );
  const draw = (line: Cells, message: string): string => {
    const padded = line.map((cell, column) => padLine(cell, widths[column] ?? 0));
    return fitLine([...padded, message].join(GAP).trimEnd(), size.columns);
  };
  const left = rows.length - shown.length;
  return [
    draw(HEAD, "MESSAGE"),
    ...cells.map((line, index) => draw(line, oneLine(shown[index]?.message ?? ""))),
    ...(left > 0 ? [fitLine(`and ${left} more`, size.columns)] : []),
  ];
}

function rowsThatFit(rows: readonly ObjectRow[], lines: number): readonly ObjectRow[] {
  if (rows.length <= lines) return rows;
  const room = Math.max(0, lines - 1);
  const isOpen = ({ ready }: ObjectRow): boolean => ready !== "True";
  const byWorth = [...rows.filter(isOpen), ...rows.filter((row) => !isOpen(row))];
  const chosen = new Set(byWorth.slice(0, room));
  return rows.filter((row) => chosen.has(row));
}

function cellsOf(row: ObjectRow, now: Date): Cells {
  const { kind, namespace, name, ready, reason, createdAt } = row;
  const age = createdAt === undefined ? "" : formatAge(now.getTime() - Date.parse(createdAt));
  return [
    kind,
    namespace === undefined ? name : `${namespace}/${name}`,
    ready,
    oneLine(reason),
    age,
  ];
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** An age as kubectl tells it, in its largest unit: `45s`, `3m`, `2d`. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1_000));
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit[1])}${unit[0]}`;
}
