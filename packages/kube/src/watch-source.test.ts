import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "./api-error.ts";
import { createClient } from "./client.ts";
import { defineResource } from "./resource.ts";
import type { ApiRequest } from "./transport.ts";
import { createWatchSource, isSelectable } from "./watch-source.ts";

const THINGS = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
});
const BY_GROUP = "spec.group=example.com";
const { signal } = new AbortController();

/** A client whose API server answers every call with a list or an empty watch, or refuses it. */
function serve(refuse: (query: Record<string, string | undefined>) => number | undefined) {
  const asked: Record<string, string | undefined>[] = [];
  const answer = async <R>(request: ApiRequest, body: R): Promise<R> => {
    const query = Object.fromEntries(
      Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined),
    );
    asked.push(query);
    const status = refuse(query);
    if (status !== undefined) throw new ApiError(request, { status, said: "no" });
    return body;
  };
  const client = createClient({
    request: (request) => answer(request, { metadata: { resourceVersion: "1" }, items: [] }),
    stream: (request) => answer(request, (async function* () {})()),
    close: async () => {},
  });
  return { client, asked };
}

describe("createWatchSource()", () => {
  it("asks for pages, streams and watches with its selection, for 5 to 10 minutes", async () => {
    const { client, asked } = serve(() => undefined);
    const options = { fieldSelector: BY_GROUP, random: () => 0.5 };
    const source = createWatchSource(client, THINGS, options);
    await source.list({ signal });
    await source.stream?.({ signal });
    await source.watch({ resourceVersion: "7", signal });
    const watch = {
      watch: "true",
      fieldSelector: BY_GROUP,
      allowWatchBookmarks: "true",
      timeoutSeconds: "450",
    };
    assert.deepEqual(asked, [
      { fieldSelector: BY_GROUP, limit: "500" },
      { ...watch, sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" },
      { ...watch, resourceVersion: "7" },
    ]);
  });

  it("leaves its field selector out from the first 400 on", async () => {
    const { client, asked } = serve(({ fieldSelector }) => (fieldSelector ? 400 : undefined));
    const source = createWatchSource(client, THINGS, { fieldSelector: BY_GROUP });
    await source.watch({ resourceVersion: "7", signal });
    await source.list({ signal });
    assert.deepEqual(
      asked.map(({ fieldSelector }) => fieldSelector),
      [BY_GROUP, undefined, undefined],
    );
  });

  it("keeps its field selector when the API server refuses the call without it as well", async () => {
    const { client, asked } = serve(({ sendInitialEvents }) =>
      sendInitialEvents ? 400 : undefined,
    );
    const source = createWatchSource(client, THINGS, { fieldSelector: BY_GROUP });
    await assert.rejects(async () => source.stream?.({ signal }), { code: "BadRequest" });
    await source.list({ signal });
    assert.equal(asked.at(-1)?.fieldSelector, BY_GROUP);
  });

  it("rejects with every other refusal", async () => {
    const { client, asked } = serve(() => 403);
    const source = createWatchSource(client, THINGS, { fieldSelector: BY_GROUP });
    await assert.rejects(source.list({ signal }), { code: "Forbidden" });
    assert.equal(asked.length, 1);
  });
});

describe("isSelectable()", () => {
  for (const [status, expected] of [
    [undefined, true],
    [400, false],
  ] as const) {
    it(`is ${expected} when the API server answers ${status ?? 200}`, async () => {
      const { client, asked } = serve(() => status);
      const selection = { fieldSelector: BY_GROUP, signal };
      assert.equal(await isSelectable(client, THINGS, selection), expected);
      assert.deepEqual(asked, [{ fieldSelector: BY_GROUP, limit: "1" }]);
    });
  }

  it("rejects when the API server does not say", async () => {
    const { client } = serve(() => 503);
    const selection = { fieldSelector: BY_GROUP, signal };
    await assert.rejects(isSelectable(client, THINGS, selection), { code: "ServiceUnavailable" });
  });
});
