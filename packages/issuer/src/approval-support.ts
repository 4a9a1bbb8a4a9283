import { type Client, isApiError } from "@countersign/kube";
import { certificateRequests } from "./certificate-request.ts";

/**
 * Whether the cluster's cert-manager lets requests be approved and denied. `unknown`: it serves no
 * CertificateRequest, or one without a schema.
 */
export type ApprovalSupport = "supported" | "unsupported" | "unknown";

/** The parts of a schema of OpenAPI v2 or v3 that are read here. */
export interface OpenApiSchema {
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

type Schemas = Readonly<Record<string, OpenApiSchema>>;

const V3_PATH = `/openapi/v3/apis/${certificateRequests.group}/${certificateRequests.version}`;

/** All groups in one document: the only one that an API server before 1.24 has. */
const V2_PATH = "/openapi/v2";

/**
 * Asks the API server whether its CertificateRequests know approval. It needs no right but those of
 * every account (the ClusterRole `system:discovery`).
 */
export async function readApprovalSupport(
  client: Client,
  options: { signal?: AbortSignal } = {},
): Promise<ApprovalSupport> {
  return approvalSupportOf(await readSchemas(client, options));
}

/**
 * Asks the API server whether an approval outlives what an issuer applies. From cert-manager 1.3 to
 * 1.7 it does not: there the conditions are one field, and who applies one takes the others away.
 */
export async function readApprovalSafety(
  client: Client,
  options: { signal?: AbortSignal } = {},
): Promise<boolean> {
  return isApprovalSafe(await readSchemas(client, options));
}

/** Tells it from the schemas; true where they do not tell. */
export function isApprovalSafe(schemas: Schemas = {}): boolean {
  const conditions = requestSchemaOf(schemas)?.properties?.status?.properties?.conditions;
  if (conditions === undefined || approvalSupportOf(schemas) !== "supported") return true;
  return conditions["x-kubernetes-list-type"] === "map";
}

/**
 * Tells it from the schemas: cert-manager 1.3 brought approval together with `spec.username`, in
 * which the webhook says who made a request. Conditions tell nothing: their types are free text.
 */
export function approvalSupportOf(schemas: Schemas = {}): ApprovalSupport {
  const fields = requestSchemaOf(schemas)?.properties?.spec?.properties;
  if (fields === undefined) return "unknown";
  return Object.hasOwn(fields, "username") ? "supported" : "unsupported";
}

function requestSchemaOf(schemas: Schemas): OpenApiSchema | undefined {
  const { group, version, kind } = certificateRequests;
  return Object.values(schemas).find((each) =>
    each["x-kubernetes-group-version-kind"]?.some(
      (served) => served.group === group && served.version === version && served.kind === kind,
    ),
  );
}

async function readSchemas(
  client: Client,
  options: { signal?: AbortSignal },
): Promise<Schemas | undefined> {
  return (await readV3(client, options)) ?? (await readV2(client, options));
}

/** Undefined where the API server has no such document: it is too old, or the kind is not there. */
async function readV3(
  client: Client,
  options: { signal?: AbortSignal },
): Promise<Schemas | undefined> {
  try {
    const document = (await client.getPath(V3_PATH, options)) as {
      readonly components?: { readonly schemas?: Schemas };
    };
    return document.components?.schemas;
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

async function readV2(
  client: Client,
  options: { signal?: AbortSignal },
): Promise<Schemas | undefined> {
  const document = (await client.getPath(V2_PATH, options)) as { readonly definitions?: Schemas };
  return document.definitions;
}
