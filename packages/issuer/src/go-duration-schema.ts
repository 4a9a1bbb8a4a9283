import * as z from "zod";
import { parseGoDuration } from "./go-duration.ts";

/** A Go duration that is not negative. */
const PATTERN = /^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/;

/**
 * The schema of a duration in a spec, written as Kubernetes writes them: `5m`, `1h30m`, `2160h`. It
 * comes out in milliseconds; a duration that is negative is refused.
 */
export function goDuration(): z.ZodType<number, string> {
  const message = "must be a duration such as 90s, 10m or 1h30m";
  return z.string().max(64).regex(PATTERN, message).transform(parseGoDuration);
}
