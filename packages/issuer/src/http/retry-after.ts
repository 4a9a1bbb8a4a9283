/** The three forms of an HTTP date, RFC 9110 §5.6.7; the first alone is written today. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Reads `Retry-After` in both its forms, RFC 9110 §10.2.3: seconds, or a date. A date counts from the
 * answer's own `Date` where it has one: the CA's clock need not be ours. What is neither says nothing.
 */
export function parseRetryAfter(
  value: string | undefined,
  clock: { date: string | undefined; now: Date },
): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = parseHttpDate(text);
  if (at === undefined) return undefined;
  const from = parseHttpDate(clock.date?.trim() ?? "") ?? clock.now.getTime();
  return Math.max(0, at - from);
}

function parseHttpDate(text: string): number | undefined {
  const index = HTTP_DATES.findIndex((form) => form.test(text));
  if (index === -1) return undefined;
  const time = Date.parse(index === 2 ? `${text} GMT` : text); // asctime has no zone, and means GMT
  return Number.isNaN(time) ? undefined : time;
}
