import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as fc from "fast-check";
import { anyHistory } from "./testdata/model-command.ts";
import { ModelKeys } from "./testdata/model-keys.ts";
import { LAWS, type Law } from "./testdata/model-laws.ts";
import {
  MODEL_CERTIFICATE_REQUESTS,
  MODEL_SIGNING_REQUESTS,
  type ModelRequests,
} from "./testdata/model-requests.ts";
import { playHistory } from "./testdata/play-history.ts";

/** Histories a law and kind: few, as every run of the tests makes others. Set more to search. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 20);

for (const [name, requests] of [
  ["CertificateRequests", MODEL_CERTIFICATE_REQUESTS],
  ["CertificateSigningRequests", MODEL_SIGNING_REQUESTS],
] as const) {
  describe(`Whatever happens to ${name}, the request flow`, () => {
    let keys: ModelKeys;

    before(async () => {
      keys = await ModelKeys.create();
    });

    for (const [law, rule] of Object.entries(LAWS)) {
      it(rule, () => holds(law as Law, requests));
    }

    async function holds(law: Law, requests: ModelRequests): Promise<void> {
      const property = fc.asyncProperty(anyHistory, async (history) => {
        const broken = await playHistory(history, { keys, requests });
        assert.deepEqual(
          broken.filter((each) => each.law === law),
          [],
        );
      });
      await fc.assert(property, { numRuns: RUNS });
    }
  });
}
