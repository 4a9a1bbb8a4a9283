import { ApiError, type Client, createClient, type Transport } from "@countersign/kube";

/** Secrets or ConfigMaps by name, each with its entries as text. */
export type Entries = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What an issuer may refer to. */
export interface ReferencedObjects {
  readonly secrets?: Entries;
  readonly configMaps?: Entries;
}

/** A client of an API server that holds these objects, in whatever namespace they are looked for. */
export function clientOf(objects: ReferencedObjects): Client {
  const transport: Transport = {
    request: async (call) => {
      const [plural = "", name = ""] = call.path.split("/").slice(-2).map(decodeURIComponent);
      const found = plural === "secrets" ? objects.secrets?.[name] : objects.configMaps?.[name];
      if (found !== undefined) return objectOf(plural, name, found);
      const said = `${plural} ${name} is not among the test's objects`;
      throw new ApiError(call, { status: 404, reason: "NotFound", said });
    },
    stream: () => Promise.reject(new Error("Cannot watch: a test's objects do not change")),
    close: async () => {},
  };
  return createClient(transport);
}

function objectOf(
  plural: string,
  name: string,
  entries: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const isSecret = plural === "secrets";
  const data = Object.entries(entries).map(([key, value]) => [
    key,
    isSecret ? Buffer.from(value).toString("base64") : value,
  ]);
  return { metadata: { name }, data: Object.fromEntries(data) };
}
