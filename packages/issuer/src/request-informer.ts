import {
  type Client,
  createWatchSource,
  Informer,
  type InformerOptions,
  isSelectable,
  type KubeObject,
  PartitionedInformer,
} from "@countersign/kube";
import type { IssuerKey, IssuerKind } from "./issuer-ref.ts";
import { isFinalPhase, type RequestKind } from "./request-kind.ts";

/** What a request informer works with. */
export interface RequestInformerOptions {
  readonly kinds: readonly IssuerKind[];
  /** Where requests are served; without it everywhere. */
  readonly namespaces?: readonly string[] | undefined;
  readonly onError: (error: unknown) => void;
}

const BY_ISSUER = "issuer";

/**
 * The open requests of one kind: what is finished or refers to other issuers is not kept, and others'
 * are not even sent where the API server can select requests by the group of their issuer. A watch
 * can be of one group and of one namespace or all, so that each has its own.
 */
export class RequestInformer<T extends KubeObject> extends PartitionedInformer<T> {
  constructor(client: Client, kind: RequestKind<T>, options: RequestInformerOptions) {
    super((signal) => createInformers(client, kind, { ...options, signal }));
  }

  /** The keys of the open requests that refer to an issuer. */
  keysOfIssuer(issuer: IssuerKey): readonly string[] {
    return this.store.keysByIndex(BY_ISSUER, issuer);
  }
}

/** One part of the requests: whose they are, and how the API server selects them. */
interface Part {
  readonly kinds: readonly IssuerKind[];
  readonly fieldSelector?: string;
}

async function createInformers<T extends KubeObject>(
  client: Client,
  kind: RequestKind<T>,
  options: RequestInformerOptions & { signal: AbortSignal },
): Promise<Informer<T>[]> {
  const { namespaces, onError } = options;
  const places =
    namespaces !== undefined && kind.resource.namespaced
      ? namespaces.map((namespace) => ({ namespace }))
      : [{}];
  const parts = await divide(client, kind, options);
  return parts.flatMap(({ kinds, ...selector }) =>
    places.map((place) => {
      const source = createWatchSource(client, kind.resource, { ...place, ...selector });
      return new Informer(source, settingsFor(kind, kinds, onError));
    }),
  );
}

/** One part a group; a single one for all where the API server cannot tell groups apart. */
async function divide<T extends KubeObject>(
  client: Client,
  kind: RequestKind<T>,
  options: RequestInformerOptions & { signal: AbortSignal },
): Promise<Part[]> {
  const { kinds } = options;
  const { groupSelector } = kind;
  const groups = [...Map.groupBy(kinds, ({ group }) => group)];
  const [first] = groups;
  if (groupSelector === undefined || first === undefined) return [{ kinds }];
  const fieldSelector = groupSelector(first[0]);
  const isDivided =
    groups.length === 1 || (await canSelect(client, kind, { ...options, fieldSelector }));
  if (!isDivided) return [{ kinds }];
  return groups.map(([group, each]) => ({ kinds: each, fieldSelector: groupSelector(group) }));
}

/** An API server that cannot be asked is taken for one that can: its watch tells what goes wrong. */
async function canSelect<T extends KubeObject>(
  client: Client,
  { resource }: RequestKind<T>,
  options: { fieldSelector: string; signal: AbortSignal; onError: (error: unknown) => void },
): Promise<boolean> {
  const { fieldSelector, signal, onError } = options;
  try {
    return await isSelectable(client, resource, { fieldSelector, signal });
  } catch (error) {
    if (!signal.aborted) onError(error);
    return true;
  }
}

function settingsFor<T extends KubeObject>(
  kind: RequestKind<T>,
  kinds: readonly IssuerKind[],
  onError: (error: unknown) => void,
): InformerOptions<T> {
  return {
    keep: (request) => {
      const isOurs = kind.referredIssuer(request, kinds) !== undefined;
      return isOurs && !isFinalPhase(kind.phaseOf(request)) ? request : undefined;
    },
    indexes: {
      [BY_ISSUER]: (request) => {
        const issuer = kind.referredIssuer(request, kinds);
        return issuer === undefined ? [] : [issuer];
      },
    },
    onError,
  };
}
