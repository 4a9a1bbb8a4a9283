import { applyObjects, namespace } from "@countersign/testing";
import { printStep } from "../../tools/demo/print-step.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { type Contender, startContender } from "./contender.ts";
import { copyFinished } from "./finished-requests.ts";
import { RequestWatch } from "./request-watch.ts";
import { createApprovedRequest, type RequestOwner } from "./requests.ts";

const ORIGINAL = "original";
const FOLDER = "bench-history";
const TIMEOUT_MS = 60_000;

/** The finished requests of a cluster: copies of one that a contender has issued. */
export class History {
  readonly #cluster: BenchCluster;
  readonly #original: { readonly namespace: string; readonly name: string };
  readonly #owner: RequestOwner;
  #count = 0;

  private constructor(
    cluster: BenchCluster,
    original: Contender,
    issuerRef: Contender["issuerRef"],
  ) {
    this.#cluster = cluster;
    this.#original = { namespace: original.namespace, name: ORIGINAL };
    this.#owner = { namespace: FOLDER, issuerRef };
  }

  /** Has a contender issue the original. The copies are of an issuer that may be another's. */
  static async begin(
    cluster: BenchCluster,
    contender: Contender,
    { issuerRef }: Pick<Contender, "issuerRef">,
  ): Promise<History> {
    await applyObjects(cluster.client, [namespace(FOLDER)]);
    await createApprovedRequest(cluster.client, contender, ORIGINAL);
    await using watched = await RequestWatch.open(cluster.client, contender.namespace);
    const process = await startContender(cluster, contender);
    await watched.until(() => watched.ready.has(ORIGINAL), { timeoutMs: TIMEOUT_MS });
    await process.stop();
    return new History(cluster, contender, issuerRef);
  }

  /** Adds copies until there are as many. */
  async growTo(count: number): Promise<void> {
    const missing = count - this.#count;
    if (missing <= 0) return;
    await printStep(`${missing} more finished requests`, () =>
      copyFinished(this.#cluster, {
        original: this.#original,
        owner: this.#owner,
        count: missing,
        prefix: `finished-${count}`,
      }),
    );
    this.#count = count;
  }
}
