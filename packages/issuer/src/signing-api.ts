import { type Client, isApiError, type Logger } from "@countersign/kube";
import { certificateSigningRequests } from "./certificate-signing-request.ts";

/** What to do when the right is missing: the words of the manifests' flag, and of ours. */
const FORBIDDEN =
  "CertificateSigningRequests are not served: they may not be listed. Apply the rights that `manifests --rbac` prints, or start with --certificate-signing-requests=false";

const ABSENT = "CertificateSigningRequests are not served: this API server does not have them";

/**
 * Whether Kubernetes' CertificateSigningRequests can be served here. Where they cannot, it is said
 * once, and the requests of cert-manager are served all the same.
 */
export async function canServeSigningApi(
  client: Client,
  options: { logger: Logger; signal: AbortSignal },
): Promise<boolean> {
  const { logger, signal } = options;
  try {
    await client.list(certificateSigningRequests, { limit: 1, signal });
    return true;
  } catch (error) {
    if (isApiError(error, "NotFound")) logger.info({}, ABSENT);
    else if (isApiError(error, "Forbidden")) logger.warn({}, FORBIDDEN);
    else throw error;
    return false;
  }
}
