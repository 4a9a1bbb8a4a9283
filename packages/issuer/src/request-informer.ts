import { type Client, createWatchSource, Informer } from "@countersign/kube";
import { type CertificateRequest, certificateRequests, isFinished } from "./certificate-request.ts";
import { type IssuerKey, type IssuerKind, referredIssuer } from "./issuer-ref.ts";

const BY_ISSUER = "issuer";

/** The open requests of some issuer kinds: what is finished or refers to others is not kept. */
export class RequestInformer extends Informer<CertificateRequest> {
  constructor(
    client: Client,
    options: { kinds: readonly IssuerKind[]; onError: (error: unknown) => void },
  ) {
    const { kinds, onError } = options;
    super(createWatchSource(client, certificateRequests), {
      keep: (request) => keep(request, kinds),
      indexes: { [BY_ISSUER]: (request) => present(referredIssuer(request, kinds)) },
      onError,
    });
  }

  /** The keys of the open requests that refer to an issuer. */
  keysOfIssuer(issuer: IssuerKey): readonly string[] {
    return this.store.keysByIndex(BY_ISSUER, issuer);
  }
}

/** Keeps what is ours and unfinished, without what no reconcile reads. */
function keep(
  request: CertificateRequest,
  kinds: readonly IssuerKind[],
): CertificateRequest | undefined {
  if (referredIssuer(request, kinds) === undefined || isFinished(request)) return undefined;
  const { managedFields: _, ...metadata } = request.metadata;
  return { ...request, metadata };
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
