import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import { defineResource } from "./resource.ts";
import type { ApiRequest, Transport } from "./transport.ts";

interface Widget extends KubeObject {
  readonly spec: { readonly size: number; readonly parts: readonly { readonly name: string }[] };
  readonly status?: { readonly ready?: boolean; readonly note?: string };
}

const WIDGETS = defineResource<Widget>({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});
const NAMESPACES = defineResource({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
});
const WIDGET: Widget = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "w", namespace: "ns", resourceVersion: "7" },
  spec: { size: 1, parts: [] },
};
const PATH = "/apis/example.com/v1/namespaces/ns/widgets";

/** A transport that keeps what it was asked and answers always the same. */
class FakeTransport implements Transport {
  readonly requests: ApiRequest[] = [];
  readonly #answer: unknown;

  constructor(answer?: unknown) {
    this.#answer = answer;
  }

  async request(request: ApiRequest): Promise<unknown> {
    this.requests.push(dropUndefined(request));
    return this.#answer;
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    this.requests.push(dropUndefined(request));
    return (async function* () {
      yield Buffer.from("{}\n");
    })();
  }

  async close(): Promise<void> {}
}

/** What goes over the wire: JSON has no undefined. */
function dropUndefined(request: ApiRequest): ApiRequest {
  const { signal, ...rest } = request;
  const sent = JSON.parse(JSON.stringify(rest)) as ApiRequest;
  return signal === undefined ? sent : { ...sent, signal };
}

describe("Client", () => {
  it("get() reads one object", async () => {
    const transport = new FakeTransport(WIDGET);
    const { signal } = new AbortController();
    const widget = await createClient(transport).get(
      WIDGETS,
      { namespace: "ns", name: "w" },
      { signal },
    );
    assert.equal(widget.spec.size, 1);
    assert.deepEqual(transport.requests, [{ method: "GET", path: `${PATH}/w`, signal }]);
  });

  it("get() rejects when a namespaced object is named without its namespace", async () => {
    const transport = new FakeTransport();
    await assert.rejects(createClient(transport).get(WIDGETS, { name: "w" }), {
      name: "TypeError",
      message: "Cannot address Widget w: it needs a namespace",
    });
    assert.deepEqual(transport.requests, []);
  });

  it("list() gives objects the apiVersion and kind that lists leave out", async () => {
    const { apiVersion: _, kind: __, ...item } = WIDGET;
    const metadata = { resourceVersion: "9", continue: "next" };
    const transport = new FakeTransport({ kind: "WidgetList", metadata, items: [item] });
    const page = await createClient(transport).list(WIDGETS, {
      namespace: "ns",
      labelSelector: "a=b,c!=d",
      fieldSelector: "spec.x=y",
      limit: 500,
      continue: "token",
    });
    assert.deepEqual(page, { metadata, items: [WIDGET] });
    assert.deepEqual(transport.requests, [
      {
        method: "GET",
        path: PATH,
        query: {
          labelSelector: "a=b,c!=d",
          fieldSelector: "spec.x=y",
          limit: "500",
          continue: "token",
        },
        accept: "application/json",
      },
    ]);
  });

  it("list() reads the empty list that Go writes as null", async () => {
    const transport = new FakeTransport({ metadata: { resourceVersion: "9" }, items: null });
    const page = await createClient(transport).list(NAMESPACES);
    assert.deepEqual(page.items, []);
  });

  it("list() asks for metadata alone", async () => {
    const transport = new FakeTransport({ metadata: { resourceVersion: "9" }, items: [] });
    await createClient(transport).list(NAMESPACES, { metadataOnly: true });
    assert.equal(
      transport.requests[0]?.accept,
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    );
  });

  it("watch() asks for bookmarks and gives the bytes", async () => {
    const transport = new FakeTransport();
    const chunks = await createClient(transport).watch(WIDGETS, {
      resourceVersion: "9",
      timeoutSeconds: 300,
      metadataOnly: true,
    });
    assert.equal((await Array.fromAsync(chunks)).length, 1);
    assert.deepEqual(transport.requests, [
      {
        method: "GET",
        path: "/apis/example.com/v1/widgets",
        query: {
          watch: "true",
          allowWatchBookmarks: "true",
          resourceVersion: "9",
          timeoutSeconds: "300",
        },
        accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
      },
    ]);
  });

  it("watch() names the version match that sendInitialEvents needs", async () => {
    const transport = new FakeTransport();
    await createClient(transport).watch(NAMESPACES, { sendInitialEvents: true });
    assert.deepEqual(transport.requests[0]?.query, {
      watch: "true",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
    });
  });

  it("create() posts to the object's namespace", async () => {
    const transport = new FakeTransport(WIDGET);
    await createClient(transport).create(
      WIDGETS,
      { metadata: { generateName: "w-", namespace: "ns" }, spec: { size: 1, parts: [] } },
      { fieldOwner: "me", dryRun: true },
    );
    assert.deepEqual(transport.requests, [
      {
        method: "POST",
        path: PATH,
        query: { fieldManager: "me", dryRun: "All" },
        body: {
          apiVersion: "example.com/v1",
          kind: "Widget",
          metadata: { generateName: "w-", namespace: "ns" },
          spec: { size: 1, parts: [] },
        },
      },
    ]);
  });

  it("create() rejects when a namespaced object has no namespace", async () => {
    const { namespace: _, ...metadata } = WIDGET.metadata;
    await assert.rejects(
      createClient(new FakeTransport()).create(WIDGETS, { ...WIDGET, metadata }),
      {
        message: "Cannot create Widget: it needs a namespace",
      },
    );
  });

  it("apply() sends an apply patch that takes over fields", async () => {
    const transport = new FakeTransport(WIDGET);
    const metadata = { name: "w", namespace: "ns" };
    await createClient(transport).apply(
      WIDGETS,
      { metadata, spec: { size: 2 } },
      { fieldOwner: "me" },
    );
    assert.deepEqual(transport.requests, [
      {
        method: "PATCH",
        path: `${PATH}/w`,
        query: { fieldManager: "me", force: "true" },
        contentType: "application/apply-patch+yaml",
        body: { apiVersion: "example.com/v1", kind: "Widget", metadata, spec: { size: 2 } },
      },
    ]);
  });

  it("applyStatus() writes the status subresource", async () => {
    const transport = new FakeTransport(WIDGET);
    await createClient(transport).applyStatus(
      WIDGETS,
      { metadata: { name: "w", namespace: "ns" }, status: { ready: true } },
      { fieldOwner: "me", force: false },
    );
    const [request] = transport.requests;
    assert.equal(request?.path, `${PATH}/w/status`);
    assert.deepEqual(request?.query, { fieldManager: "me", force: "false" });
  });

  it("replace() puts the whole object, or its subresource", async () => {
    const transport = new FakeTransport(WIDGET);
    const client = createClient(transport);
    await client.replace(WIDGETS, WIDGET);
    await client.replace(WIDGETS, WIDGET, { subresource: "approval" });
    assert.deepEqual(
      transport.requests.map(({ method, path, body }) => ({ method, path, body })),
      [
        { method: "PUT", path: `${PATH}/w`, body: WIDGET },
        { method: "PUT", path: `${PATH}/w/approval`, body: WIDGET },
      ],
    );
  });

  it("mergePatch() sends the patch as it is", async () => {
    const transport = new FakeTransport(WIDGET);
    await createClient(transport).mergePatch(
      WIDGETS,
      { namespace: "ns", name: "w", subresource: "status" },
      { status: { note: null } },
    );
    assert.deepEqual(transport.requests, [
      {
        method: "PATCH",
        path: `${PATH}/w/status`,
        query: {},
        contentType: "application/merge-patch+json",
        body: { status: { note: null } },
      },
    ]);
  });

  it("delete() sends preconditions only when there are some", async () => {
    const transport = new FakeTransport();
    const client = createClient(transport);
    const target = { namespace: "ns", name: "w" };
    await client.delete(WIDGETS, target);
    await client.delete(WIDGETS, target, { preconditions: { uid: "u" } });
    assert.deepEqual(transport.requests, [
      { method: "DELETE", path: `${PATH}/w` },
      {
        method: "DELETE",
        path: `${PATH}/w`,
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: "u" } },
      },
    ]);
  });

  it("createSubresource() posts to it and gives the answer", async () => {
    const transport = new FakeTransport({ status: { token: "t" } });
    const answer = await createClient(transport).createSubresource(
      WIDGETS,
      { namespace: "ns", name: "w", subresource: "token" },
      { spec: {} },
    );
    assert.deepEqual(answer, { status: { token: "t" } });
    assert.deepEqual(transport.requests, [
      { method: "POST", path: `${PATH}/w/token`, body: { spec: {} } },
    ]);
  });

  it("getPath() reads what is served beside the objects", async () => {
    const transport = new FakeTransport({ major: "1", minor: "36" });
    const { signal } = new AbortController();
    const answer = await createClient(transport).getPath("/version", { signal });
    assert.deepEqual(answer, { major: "1", minor: "36" });
    assert.deepEqual(transport.requests, [{ method: "GET", path: "/version", signal }]);
  });
});
