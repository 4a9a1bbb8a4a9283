// Loaded before a program (`node --import`): its clock is off by the milliseconds in a file, which is
// read ten times a second. Timers and what OpenSSL verifies go by the machine's clock, as they should.
import { readFileSync } from "node:fs";

const READ_EVERY_MS = 100;

let offsetMs = readOffset();
setInterval(() => {
  offsetMs = readOffset();
}, READ_EVERY_MS).unref();

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + offsetMs] : args, newTarget),
  get: (target, key) =>
    key === "now" ? () => target.now() + offsetMs : Reflect.get(target, key, target),
});

function readOffset(): number {
  return Number(readFileSync(process.env.CLOCK_OFFSET_FILE ?? "", "utf8"));
}
