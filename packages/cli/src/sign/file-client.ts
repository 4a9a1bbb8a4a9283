import { type ApiRequest, type Client, createClient, type KubeObject } from "@countersign/kube";
import { failure } from "../cli-error.ts";

/** The kinds that an issuer can refer to, by the plural in a path. */
const KINDS: Readonly<Record<string, string>> = { secrets: "Secret", configmaps: "ConfigMap" };

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/(secrets|configmaps)\/([^/]+)$/;

/** Where an object is that names no namespace: as for kubectl. */
export const DEFAULT_NAMESPACE = "default";

/**
 * A client whose cluster is some objects from files: an issuer reads its Secrets and ConfigMaps there.
 *
 * Errors: CliError `ERR_CLI_FAILED` for an object that is not among them, and how to give it.
 */
export function createFileClient(objects: readonly KubeObject[]): Client {
  const read = async ({ method, path }: ApiRequest): Promise<unknown> => {
    const [, namespace, plural = "", name = ""] = PATH.exec(path) ?? [];
    if (method !== "GET" || namespace === undefined) {
      throw failure(
        `Cannot ${method} ${path}: there is no cluster here, only Secrets and ConfigMaps from files`,
      );
    }
    const kind = KINDS[plural];
    const wanted = { namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) };
    const found = objects.find((each) => each.kind === kind && isCalled(each, wanted));
    if (found !== undefined) return withData(found);
    throw failure(
      `${kind} ${wanted.namespace}/${wanted.name} is in none of the files: give it with --object <file>`,
    );
  };
  const stream = async (): Promise<never> => {
    throw failure("Cannot watch: there is no cluster here");
  };
  return createClient({ request: read, stream, close: async () => {} });
}

function isCalled(
  { metadata }: KubeObject,
  { namespace, name }: { namespace: string; name: string },
): boolean {
  return metadata.name === name && (metadata.namespace ?? DEFAULT_NAMESPACE) === namespace;
}

/** What the API server does with a Secret's `stringData`: it goes into `data`, and before it. */
function withData(object: KubeObject): KubeObject {
  const { data, stringData = {} } = object as KubeObject & {
    readonly data?: Readonly<Record<string, string>>;
    readonly stringData?: Readonly<Record<string, string>>;
  };
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text).toString("base64"),
  ]);
  return Object.assign({}, object, { data: { ...data, ...Object.fromEntries(encoded) } });
}
