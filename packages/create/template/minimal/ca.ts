// A small CA to develop and to test against: `npm run ca`. It issues to whoever knows its token.
import { parseArgs } from "node:util";
import { type FakeCa, startFakeCa } from "@countersign/testing";

/** Starts the CA on loopback. Without a port on one that is free. */
export async function startCa(options: { token: string; port?: number }): Promise<FakeCa> {
  return startFakeCa({ ...options, isIdempotent: true });
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
