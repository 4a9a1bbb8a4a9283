import { span } from "../explain/times.ts";
import type { Finding } from "../finding.ts";

/** What an answer's way and its whole seconds can make of a clock that is right. */
const TOLERANCE_MS = 5_000;

/** From here on certificates that have just been made are not valid yet, or leases look expired. */
const HARMFUL_MS = 60_000;

/** Compares this machine's clock with the API server's: certificates and leases live by both. */
export function checkClock(aheadMs: number, serverTime: Date | undefined): Finding {
  const about = "Clock";
  if (serverTime === undefined) {
    const message = "the API server's answers tell no time: the clocks could not be compared.";
    return { code: "clock-unknown", level: "unknown", about, message };
  }
  const offMs = Math.abs(aheadMs);
  if (offMs <= TOLERANCE_MS) {
    const message = "this machine's clock and the API server's agree.";
    return { code: "clock-right", level: "ok", about, message };
  }
  const how = aheadMs > 0 ? "behind" : "ahead of";
  return {
    code: "clock-off",
    level: offMs > HARMFUL_MS ? "problem" : "warning",
    about,
    message: `this machine's clock is ${span(offMs)} ${how} the API server's (${serverTime.toISOString()}).`,
    next: "Set the clocks, by NTP: certificates are not valid yet, or leases expired, where they differ. If it is only this machine's, the cluster is well.",
  };
}
