import { certificateRequests, certificateSigningRequests } from "@countersign/issuer";
import { messageOf } from "@countersign/issuer/inspect";
import { type Client, defineResource, type NamespacedName, type Resource } from "@countersign/kube";
import { CERTIFICATES } from "@countersign/testing";
import type { ServedKind } from "../cluster/discovery.ts";
import type { Display } from "./dev-event.ts";
import { type FollowedStates, followStates } from "./follow-states.ts";
import { isForIssuers } from "./is-for-issuers.ts";
import type { ConditionedObject } from "./object-row.ts";

/** Settings of {@link FollowedIssuers}. */
export interface FollowedIssuersOptions {
  readonly client: Client;
  readonly display: Display;
  /** The author's kinds of now. */
  readonly kinds: () => readonly ServedKind[];
  /** Certificates that are followed whoever their issuer is. */
  readonly certificates: () => readonly NamespacedName[];
  readonly signal: AbortSignal;
}

/** Follows an author's issuers and what asks them for certificates, and shows each change. */
export class FollowedIssuers {
  readonly #options: FollowedIssuersOptions;
  readonly #followed: FollowedStates[] = [];
  /** The kinds that have a watch. */
  readonly #kinds = new Set<string>();
  readonly #errors = new Set<string>();

  constructor(options: FollowedIssuersOptions) {
    this.#options = options;
    this.#followed.push(
      this.#follow([CERTIFICATES, certificateRequests, certificateSigningRequests]),
    );
    this.followKinds();
  }

  /** Follows the author's kinds; to be called again when they may be others. */
  followKinds(): void {
    const name = ({ group, version, plural }: ServedKind): string =>
      `${plural}.${version}.${group}`;
    const added = this.#options.kinds().filter((kind) => !this.#kinds.has(name(kind)));
    for (const kind of added) this.#kinds.add(name(kind));
    // Issuers stand before what refers to them.
    if (added.length > 0)
      this.#followed.unshift(this.#follow(added.map((kind) => defineResource(kind))));
  }

  objects(): readonly ConditionedObject[] {
    return this.#followed.flatMap((each) => each.objects());
  }

  /** Settles when the signal has aborted and every watch has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#followed.map((each) => each.ended));
  }

  #follow(resources: readonly Resource[]): FollowedStates {
    const { client, display, signal } = this.#options;
    return followStates(client, resources, {
      signal,
      isMeant: (object) => this.#isMeant(object),
      onChange: (change) => display.show({ type: "state", ...change }),
      onError: (error) => this.#tellOnce(messageOf(error)),
    });
  }

  #isMeant(object: ConditionedObject): boolean {
    const { kinds, certificates } = this.#options;
    const { kind, metadata } = object;
    const isApplied = ({ namespace, name }: NamespacedName): boolean =>
      metadata.namespace === namespace && metadata.name === name;
    return (
      isForIssuers(object, kinds()) || (kind === "Certificate" && certificates().some(isApplied))
    );
  }

  /** A watch is tried again and again, and mostly fails for the same reason. */
  #tellOnce(message: string): void {
    if (this.#options.signal.aborted || this.#errors.has(message)) return;
    this.#errors.add(message);
    this.#options.display.show({
      type: "trouble",
      message: `Watch failed, starting again: ${message}`,
    });
  }
}
