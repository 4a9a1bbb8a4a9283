/** Fills a cluster with the history of years: finished requests, written to etcd behind the API server. */
import { randomUUID } from "node:crypto";
import { Agent, request as httpsRequest } from "node:https";
import { CERTIFICATE_REQUESTS, type CertificateRequest, poll } from "@countersign/testing";
import type { BenchCluster } from "./bench-cluster.ts";
import { inParallel } from "./in-parallel.ts";
import type { RequestOwner } from "./requests.ts";

/** What to make copies of, and how many. */
export interface FinishedRequests {
  /** A request that has been issued. */
  readonly original: { readonly namespace: string; readonly name: string };
  /** Whose the copies are to be. */
  readonly owner: RequestOwner;
  readonly count: number;
  /** Begins their names. */
  readonly prefix: string;
}

/** A transaction of etcd has 128 operations at most, and a request 1.5 MiB. */
const COPIES_A_TRANSACTION = 100;

const WIDTH = 4;

const SEEN_TIMEOUT_MS = 300_000;

/** Has no requests: what is asked of it costs nothing. */
const NOBODYS = "default";

/**
 * Copies a request as the API server has stored it, byte by byte but for its name, its uid and whose
 * it is, and waits until the API server can tell watchers of all copies. Two calls for each would take minutes.
 *
 * @returns how many bytes of JSON each is.
 */
export async function copyFinished(
  cluster: BenchCluster,
  { original, owner, count, prefix }: FinishedRequests,
): Promise<number> {
  const etcd = await connectToEtcd(cluster);
  const { namespace, issuerRef } = owner;
  const stored = await etcd.get(keyOf(original));
  const template = JSON.parse(stored) as CertificateRequest;
  const { spec } = template;
  const transactions = Math.ceil(count / COPIES_A_TRANSACTION);
  await inParallel({ count: transactions, width: WIDTH }, async (index) => {
    const first = index * COPIES_A_TRANSACTION;
    const size = Math.min(COPIES_A_TRANSACTION, count - first);
    const names = Array.from({ length: size }, (_, each) => `${prefix}-${first + each}`);
    const copies = names.map((name): [string, string] => {
      const metadata = { ...template.metadata, namespace, name, uid: randomUUID() };
      const copy = { ...template, metadata, spec: { ...spec, issuerRef } };
      return [keyOf({ namespace, name }), JSON.stringify(copy)];
    });
    await etcd.put(copies);
  });
  const { client } = cluster;
  const { metadata } = await client.list(CERTIFICATE_REQUESTS, { namespace, limit: 1 });
  const { resourceVersion } = metadata;
  // Of a version it answers from the watch cache, or with a refusal where that is not so far yet.
  await poll(
    `the API server's watch cache to hold ${count} more requests`,
    (signal) => client.list(CERTIFICATE_REQUESTS, { namespace: NOBODYS, resourceVersion, signal }),
    { timeoutMs: SEEN_TIMEOUT_MS },
  );
  return stored.length;
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `/registry/cert-manager.io/certificaterequests/${namespace}/${name}`;
}

interface Etcd {
  get(key: string): Promise<string>;
  put(pairs: readonly (readonly [string, string])[]): Promise<void>;
}

/** etcd's JSON gateway: keys and values are base64. */
async function connectToEtcd({ controlPlane }: BenchCluster): Promise<Etcd> {
  const { certificatePem, keyPem } = await controlPlane.issueCertificate({
    subject: { commonName: "bench" },
    usages: ["client auth"],
  });
  const tls = { ca: controlPlane.caPem, cert: certificatePem, key: keyPem };
  const agent = new Agent({ keepAlive: true, ...tls });
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const text = await postJson(new URL(path, controlPlane.etcdUrl), { agent, body });
    return JSON.parse(text);
  };
  return {
    get: async (key) => {
      const answer = await post("/v3/kv/range", { key: encode(key) });
      const [found] = (answer as { kvs?: { value: string }[] }).kvs ?? [];
      if (found === undefined) throw new Error(`Cannot copy ${key}: etcd has no such key`);
      return Buffer.from(found.value, "base64").toString("utf8");
    },
    put: async (pairs) => {
      const success = pairs.map(([key, value]) => ({
        requestPut: { key: encode(key), value: encode(value) },
      }));
      await post("/v3/kv/txn", { success });
    },
  };
}

function postJson(url: URL, { agent, body }: { agent: Agent; body: unknown }): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = httpsRequest(url, { method: "POST", agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if (answer.statusCode === 200) resolve(text);
        else
          reject(new Error(`Cannot post to ${url}: etcd answered ${answer.statusCode}: ${text}`));
      });
    });
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}
