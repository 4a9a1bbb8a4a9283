import {
  type Client,
  defineResource,
  isApiError,
  type KubeObject,
  type Resource,
} from "@countersign/kube";
import { IssuerError } from "./outcome.ts";

/** A Secret or a ConfigMap. */
interface EntriesObject extends KubeObject {
  /** Base64 in a Secret, text in a ConfigMap. */
  readonly data?: Readonly<Record<string, string>>;
  /** Base64; a Secret has none. */
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The kinds an issuer can refer to. */
export const REFERENCE_RESOURCES: Readonly<Record<ReferenceKind, Resource<EntriesObject>>> = {
  Secret: coreResource("Secret", "secrets"),
  ConfigMap: coreResource("ConfigMap", "configmaps"),
};

function coreResource(kind: string, plural: string): Resource<EntriesObject> {
  return defineResource({ group: "", version: "v1", kind, plural, namespaced: true });
}

export type ReferenceKind = "Secret" | "ConfigMap";

/** One object that an issuer refers to. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly namespace: string;
  readonly name: string;
}

/** The entries of a Secret or ConfigMap. */
export class ReferencedObject {
  readonly #reference: Reference;
  readonly #entries: ReadonlyMap<string, Uint8Array>;

  constructor(reference: Reference, entries: ReadonlyMap<string, Uint8Array>) {
    this.#reference = reference;
    this.#entries = entries;
  }

  /** What a message calls it: `Secret default/ca`. */
  describe(): string {
    return describeReference(this.#reference);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** @throws IssuerError where there is no such entry, or it is empty. */
  bytes(key: string): Uint8Array {
    const bytes = this.#entries.get(key);
    if (bytes !== undefined && bytes.length > 0) return bytes;
    const what = bytes === undefined ? "has no entry" : "has an empty entry";
    throw new IssuerError(`${describeReference(this.#reference)} ${what} ${key}: add it`);
  }

  /** The entry as UTF-8. @throws IssuerError as `bytes`. */
  text(key: string): string {
    return Buffer.from(this.bytes(key)).toString("utf8");
  }
}

/** What a message calls a reference: `Secret default/ca`. */
export function describeReference(reference: Reference): string {
  return `${reference.kind} ${reference.namespace}/${reference.name}`;
}

/**
 * Reads what an issuer refers to, live. `onRead` is told each object and the version that was read,
 * undefined where it does not exist.
 *
 * @throws IssuerError where it does not exist or may not be read; other errors as the client throws.
 */
export async function readReference(
  client: Client,
  reference: Reference,
  options: {
    signal: AbortSignal;
    onRead: (reference: Reference, resourceVersion: string | undefined) => void;
  },
): Promise<ReferencedObject> {
  const { kind, namespace, name } = reference;
  try {
    const object = await client.get(
      REFERENCE_RESOURCES[kind],
      { namespace, name },
      { signal: options.signal },
    );
    options.onRead(reference, object.metadata.resourceVersion);
    return new ReferencedObject(reference, entriesOf(kind, object));
  } catch (error) {
    if (isApiError(error, "NotFound")) {
      options.onRead(reference, undefined);
      throw new IssuerError(`${describeReference(reference)} does not exist: create it`);
    }
    if (isApiError(error, "Forbidden")) {
      const plural = REFERENCE_RESOURCES[kind].plural;
      throw new IssuerError(
        `${describeReference(reference)} may not be read: allow get, list and watch of ${plural} in namespace ${namespace} to this controller, as its manifests do with --secret-namespaces ${namespace} or, for this one alone, --secret-names ${namespace}/${name}`,
      );
    }
    throw error;
  }
}

function entriesOf(kind: ReferenceKind, object: EntriesObject): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  const encoding = kind === "Secret" ? "base64" : "utf8";
  for (const [key, value] of Object.entries(object.data ?? {})) {
    entries.set(key, Buffer.from(value, encoding));
  }
  for (const [key, value] of Object.entries(object.binaryData ?? {})) {
    entries.set(key, Buffer.from(value, "base64"));
  }
  return entries;
}
