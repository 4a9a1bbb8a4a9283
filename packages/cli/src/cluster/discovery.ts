import { type Client, isApiError } from "@countersign/kube";

/** One kind that the API server serves. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

interface GroupList {
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * What is served of API groups, in the version that the API server prefers. It needs no right but
 * those of every account (the ClusterRole `system:discovery`).
 */
export class Discovery {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #kinds = new Map<string, Promise<readonly ServedKind[]>>();
  #groups: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** All groups, with the version that is preferred of each. */
  groups(): Promise<ReadonlyMap<string, string>> {
    this.#groups ??= this.#readGroups();
    return this.#groups;
  }

  /** The kinds of a group, by name; none where nobody serves it. */
  kindsOf(group: string): Promise<readonly ServedKind[]> {
    const known = this.#kinds.get(group) ?? this.#readKinds(group);
    this.#kinds.set(group, known);
    return known;
  }

  async #readGroups(): Promise<ReadonlyMap<string, string>> {
    const list = (await this.#client.getPath("/apis", { signal: this.#signal })) as GroupList;
    return new Map(
      (list.groups ?? []).map(({ name, preferredVersion, versions }) => [
        name,
        preferredVersion?.version ?? versions[0]?.version ?? "",
      ]),
    );
  }

  async #readKinds(group: string): Promise<readonly ServedKind[]> {
    const version = (await this.groups()).get(group);
    if (version === undefined) return [];
    try {
      const path = `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`;
      const list = (await this.#client.getPath(path, { signal: this.#signal })) as ResourceList;
      return (
        (list.resources ?? [])
          .filter(({ name }) => !name.includes("/"))
          // The API server's order is another one each time.
          .sort((a, b) => (a.kind < b.kind ? -1 : 1))
          .map(({ name, kind, namespaced }) => ({ group, version, kind, plural: name, namespaced }))
      );
    } catch (error) {
      // It has gone since the groups were listed.
      if (isApiError(error, "NotFound")) return [];
      throw error;
    }
  }
}
