import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  createClient,
  createTransport,
  createWatchSource,
  loadKubeconfig,
  type Transport,
} from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATES,
  namespace as namespaceObject,
  poll,
} from "@countersign/testing";
import { certificateRequestKind } from "../packages/issuer/src/certificate-request-kind.ts";
import { RequestInformer } from "../packages/issuer/src/request-informer.ts";
import { KUBECONFIG_VARIABLE } from "./cluster/connect.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";

const NAMESPACE = "request-watch";
const GROUPS = ["one.watch.example.com", "two.watch.example.com"] as const;
const ACME_ISSUER = { kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true };
const KINDS = GROUPS.map((group) => ({ group, ...ACME_ISSUER }));

/** A transport that keeps what its streams bring. */
function recording(transport: Transport) {
  const selectors: (string | undefined)[] = [];
  const received: string[] = [];
  const recorder: Transport = {
    request: (request) => transport.request(request),
    stream: async (request) => {
      selectors.push(request.query?.fieldSelector);
      return record(await transport.stream(request), received);
    },
    close: () => transport.close(),
  };
  return { transport: recorder, selectors, received };
}

async function* record(chunks: AsyncIterable<Uint8Array>, into: string[]) {
  for await (const chunk of chunks) {
    into.push(Buffer.from(chunk).toString());
    yield chunk;
  }
}

describe("RequestInformer on cert-manager's own CRD", { timeout: 120_000 }, () => {
  let recorded: ReturnType<typeof recording>;
  const stop = new AbortController();

  before(async () => {
    const connection = await loadKubeconfig({ path: process.env[KUBECONFIG_VARIABLE] ?? "" });
    recorded = recording(createTransport(connection));
    const client = createClient(recorded.transport);
    await applyObjects(client, [namespaceObject(NAMESPACE)]);
  });
  after(async () => {
    stop.abort();
    await recorded.transport.close();
  });

  async function createRequests(round: string): Promise<void> {
    const csrPem = await newCsrPem("web.example.com");
    for (const group of [...GROUPS, "foreign.example.com"]) {
      const issuerRef = { group, kind: "AcmeIssuer", name: "ca" };
      const name = `${round}-${group.split(".")[0]}`;
      await createRequest(createClient(recorded.transport), {
        namespace: NAMESPACE,
        name,
        issuerRef,
        csrPem,
      });
    }
  }

  it("is sent the requests of its groups alone, by one watch a group", async () => {
    const errors: unknown[] = [];
    const informer = new RequestInformer(createClient(recorded.transport), certificateRequestKind, {
      kinds: KINDS,
      onError: (error) => errors.push(error),
    });
    await createRequests("listed");
    const running = informer.run(stop.signal);
    await informer.synced;
    assert.equal(informer.store.size, 2);
    await createRequests("watched");
    await poll("four requests", async () => informer.store.size === 4 || undefined, {
      timeoutMs: 60_000,
    });
    stop.abort();
    await running;

    assert.deepEqual(
      recorded.selectors,
      GROUPS.map((group) => `spec.issuerRef.group=${group}`),
    );
    const received = recorded.received.join("");
    assert.match(received, /listed-one[\s\S]*watched-two/);
    assert.doesNotMatch(received, /foreign/);
    assert.deepEqual(errors, []);
    const keys = informer.keysOfIssuer(`AcmeIssuer.${GROUPS[0]} ${NAMESPACE}/ca`);
    assert.deepEqual([...keys].sort(), [`${NAMESPACE}/listed-one`, `${NAMESPACE}/watched-one`]);
  });

  it("goes on without its selector where a CRD cannot be selected by the field", async () => {
    const { signal } = new AbortController();
    const source = createWatchSource(createClient(recorded.transport), CERTIFICATES, {
      fieldSelector: "spec.secretName=tls",
    });
    await source.list({ signal });
    for await (const event of (await source.stream?.({ signal })) ?? []) {
      if (event.type === "BOOKMARK") break;
    }
    assert.equal(recorded.selectors.at(-1), undefined);
  });
});
