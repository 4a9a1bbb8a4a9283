import { type Client, createWatchSource, Informer, type KubeObject } from "@countersign/kube";
import type { IssuerKey, IssuerKind } from "./issuer-ref.ts";
import { isFinalPhase, type RequestKind } from "./request-kind.ts";

const BY_ISSUER = "issuer";

/** The open requests of one kind: what is finished or refers to other issuers is not kept. */
export class RequestInformer<T extends KubeObject> extends Informer<T> {
  constructor(
    client: Client,
    kind: RequestKind<T>,
    options: { kinds: readonly IssuerKind[]; onError: (error: unknown) => void },
  ) {
    const { kinds, onError } = options;
    super(createWatchSource(client, kind.resource), {
      keep: (request) => keep(kind, request, kinds),
      indexes: { [BY_ISSUER]: (request) => present(kind.referredIssuer(request, kinds)) },
      onError,
    });
  }

  /** The keys of the open requests that refer to an issuer. */
  keysOfIssuer(issuer: IssuerKey): readonly string[] {
    return this.store.keysByIndex(BY_ISSUER, issuer);
  }
}

/** Keeps what is ours and unfinished, without what no reconcile reads. */
function keep<T extends KubeObject>(
  kind: RequestKind<T>,
  request: T,
  kinds: readonly IssuerKind[],
): T | undefined {
  if (kind.referredIssuer(request, kinds) === undefined) return undefined;
  if (isFinalPhase(kind.phaseOf(request))) return undefined;
  const { managedFields: _, ...metadata } = request.metadata;
  return { ...request, metadata };
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
