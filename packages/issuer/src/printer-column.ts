/** A column that `kubectl get` shows of a field. */
export interface PrinterColumn {
  /** Its heading: `URL`. */
  readonly name: string;
  /** Above 0 it is shown with `-o wide` alone. @default 0 */
  readonly priority?: number;
}

/** Where a schema's metadata has its column. It is not part of the CRD's schema. */
export const COLUMN = "countersign-printer-column";

/** Has `kubectl get` show a field, as metadata of its zod schema: `z.url().meta(printerColumn({ name: "URL" }))`. */
export function printerColumn(column: PrinterColumn): Record<string, unknown> {
  return { [COLUMN]: column };
}
