import { createWatchSource, Informer, loadKubeconfig, type StoreChange } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, type CertificateRequest } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import type { ChaosSite } from "../../test/cluster/chaos-site.ts";
import { Follower } from "../../test/cluster/follower.ts";
import { NAMESPACE } from "./issuers.ts";

/** A certificate as it was seen in a request's status. */
export interface SeenCertificate {
  readonly uid: string;
  readonly serialHex: string;
  readonly atMs: number;
}

/** Watches the requests twice: undisturbed, and through the faults as the programs do. */
export interface Observer extends AsyncDisposable {
  /** An informer of the kind that the programs have, on their way to the API server. */
  readonly follower: Follower<CertificateRequest>;
  /** When the follower first knew of a request; undefined while it does not. */
  knownAt(uid: string): number | undefined;
}

/** Begins to watch; `onCertificate` is told of every certificate, also of one it was told of. */
export async function observe(
  site: ChaosSite,
  onCertificate: (seen: SeenCertificate) => void,
): Promise<Observer> {
  const stop = new AbortController();
  const source = createWatchSource(site.plane.client, CERTIFICATE_REQUESTS, {
    namespace: NAMESPACE,
  });
  // What it is told of an outage is the fault's own.
  const informer = new Informer(source, { onError: () => {} });
  informer.onChange(({ after }) => {
    const certificate = after?.status?.certificate;
    if (after === undefined || certificate === undefined) return;
    const [leaf] = parseCertificates(Buffer.from(certificate, "base64").toString("utf8"));
    const { uid = "" } = after.metadata;
    onCertificate({ uid, serialHex: leaf?.serialHex ?? "", atMs: performance.now() });
  });
  const running = informer.run(stop.signal);

  const known = new Map<string, number>();
  const connection = await loadKubeconfig({ path: site.plane.kubeconfigPath });
  const follower = new Follower(
    { ...connection, server: site.url },
    { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE },
  );
  follower.informer.onChange(({ after }: StoreChange<CertificateRequest>) => {
    const uid = after?.metadata.uid;
    if (uid !== undefined && !known.has(uid)) known.set(uid, performance.now());
  });
  await Promise.all([informer.synced, follower.informer.synced]);
  return {
    follower,
    knownAt: (uid) => known.get(uid),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all([running, follower[Symbol.asyncDispose]()]);
    },
  };
}
