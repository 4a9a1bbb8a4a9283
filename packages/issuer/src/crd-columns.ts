import { isSchema, type JsonSchema, mapNested } from "./json-schema.ts";
import { COLUMN, type PrinterColumn } from "./printer-column.ts";

/** Types of a field that can be shown, as a column names them. */
const SHOWN: readonly unknown[] = ["string", "integer", "number", "boolean"];

/**
 * The columns of a schema's fields, in its order, as a CRD lists them.
 *
 * @throws TypeError for a column of a field that is no single value.
 */
export function printerColumns(schema: JsonSchema, path = ".spec"): object[] {
  const { [COLUMN]: column, type, format, description } = schema;
  const own = column === undefined ? [] : [column as PrinterColumn];
  if (own.length > 0 && !SHOWN.includes(type)) {
    throw new TypeError(
      `Cannot make a printer column of field ${path.slice(1)}: it is ${type ?? "of any type"}, must be one of ${SHOWN.join(", ")}`,
    );
  }
  return [
    ...own.map(({ name, priority }) => ({
      name,
      type: format === "date-time" ? "date" : type,
      jsonPath: path,
      ...(description === undefined ? {} : { description }),
      ...(priority === undefined ? {} : { priority }),
    })),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      isSchema(field) ? printerColumns(field, `${path}${step(name)}`) : [],
    ),
  ];
}

/** A JSONPath reads a name with anything else in it within brackets. */
function step(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `['${name.replaceAll("'", "\\'")}']`;
}

/** A schema as a CRD takes it, which has its columns in a list. */
export function withoutColumns({ [COLUMN]: _, ...schema }: JsonSchema): JsonSchema {
  return mapNested(schema, withoutColumns);
}
