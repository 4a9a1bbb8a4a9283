/** The `code` of a caught value, which tells what failed without quoting anything: `ENOENT`. */
export function errorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
