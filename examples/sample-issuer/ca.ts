// A small CA to develop and to test against: `npm run ca`. It issues to whoever knows its token, and
// misbehaves to order: the first part of the first DNS name says how.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type CaAnswer, type CaCall, type FakeCa, startFakeCa } from "@countersign/testing";
import { parseCsr } from "@countersign/x509";

/** What the CA does with the calls for one request, of which this is the so-manyth. */
type Behaviour = (call: CaCall, count: number) => CaAnswer | Promise<CaAnswer>;

const OK: CaAnswer = { do: "ok" };

/** `order.example.com` is ordered, `refused.example.com` is refused, and so on. */
const TO_ORDER: Readonly<Record<string, Behaviour>> = {
  slow: async () => {
    await sleep(3_000);
    return OK;
  },
  order: ({ kind }, count) => (kind === "poll" && count > 2 ? OK : { do: "accept" }),
  busy: (_, count) =>
    count > 2 ? OK : { do: "refuse", status: 429, text: "too many requests", retryAfterS: 1 },
  down: (_, count) => (count > 2 ? OK : { do: "refuse", status: 503, text: "down for a moment" }),
  lost: (_, count) => (count > 1 ? OK : { do: "loseAnswer" }),
  refused: () => ({ do: "refuse", status: 422, text: "this name is not allowed" }),
  forbidden: () => ({ do: "refuse", status: 403, text: "this token may not do that" }),
};

/** Starts the CA on loopback. Without a port on one that is free. */
export async function startCa(options: { token: string; port?: number }): Promise<FakeCa> {
  const ca = await startFakeCa({ ...options, isIdempotent: true });
  const counts = new Map<string, number>();
  ca.behave((call) => {
    if (call.kind === "health") return OK;
    const count = (counts.get(call.idempotencyKey) ?? 0) + 1;
    counts.set(call.idempotencyKey, count);
    return behaviourFor(call)(call, count);
  });
  return ca;
}

function behaviourFor({ csrPem }: CaCall): Behaviour {
  const name = parseCsr(csrPem).subjectAltNames.find(({ kind }) => kind === "dns")?.value ?? "";
  return TO_ORDER[name.split(".")[0] ?? ""] ?? (() => OK);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      token: { type: "string", default: "t0p-s3cret" },
      port: { type: "string", default: "0" },
    },
  });
  const ca = await startCa({ token: values.token, port: Number(values.port) });
  console.log(`The CA is at ${ca.url}, its token is ${values.token}. Ctrl-C ends it.`);
}
