import type { BreakingChange, Drift } from "./drift.ts";

/** Says which files differ, and where first. */
export function describeDrift(drift: readonly Drift[]): string {
  return drift.map(describeFile).join("\n");
}

function describeFile({ path, line, found, expected }: Drift): string {
  if (line === undefined) return `${path} is missing`;
  return [
    `${path} is not what the definitions make of it, first in line ${line}:`,
    `  is:      ${found ?? "(the end)"}`,
    `  must be: ${expected ?? "(the end)"}`,
  ].join("\n");
}

/** Says what breaks, a CRD after the other. */
export function describeBreakingChanges(changes: readonly BreakingChange[]): string {
  const byCrd = Map.groupBy(changes, ({ crd }) => crd);
  const parts = [...byCrd].map(([crd, each]) =>
    [
      `Issuers that exist may be refused, or lose fields, by the new ${crd}:`,
      ...each.map(({ change }) => `  ${change}`),
    ].join("\n"),
  );
  return parts.join("\n");
}
