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
  return approvalSupportOf((await readV3(client, options)) ?? (await readV2(client, options)));
}

/**
 * Tells it from the schemas: cert-manager 1.3 brought approval together with `spec.username`, in
 * which the webhook says who made a request. Conditions tell nothing: their types are free text.
 */
export function approvalSupportOf(schemas: Schemas = {}): ApprovalSupport {
  const { group, version, kind } = certificateRequests;
  const schema = Object.values(schemas).find((each) =>
    each["x-kubernetes-group-version-kind"]?.some(
      (served) => served.group === group && served.version === version && served.kind === kind,
    ),
  );
  const fields = schema?.properties?.spec?.properties;
  if (fields === undefined) return "unknown";
  return Object.hasOwn(fields, "username") ? "supported" : "unsupported";
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
