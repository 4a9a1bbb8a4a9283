import { usageError } from "../cli-error.ts";

/** What is to be explained. */
export interface Target {
  readonly kind: "Certificate" | "CertificateRequest" | "CertificateSigningRequest";
  /** Missing for a CertificateSigningRequest, which has none. */
  readonly namespace?: string;
  readonly name: string;
}

/** Kinds by every word that kubectl takes for them. */
const KINDS: Readonly<Record<string, Target["kind"]>> = {
  certificate: "Certificate",
  certificates: "Certificate",
  cert: "Certificate",
  certs: "Certificate",
  "certificate.cert-manager.io": "Certificate",
  "certificates.cert-manager.io": "Certificate",
  certificaterequest: "CertificateRequest",
  certificaterequests: "CertificateRequest",
  cr: "CertificateRequest",
  crs: "CertificateRequest",
  "certificaterequest.cert-manager.io": "CertificateRequest",
  "certificaterequests.cert-manager.io": "CertificateRequest",
  csr: "CertificateSigningRequest",
  certificatesigningrequest: "CertificateSigningRequest",
  certificatesigningrequests: "CertificateSigningRequest",
  "certificatesigningrequest.certificates.k8s.io": "CertificateSigningRequest",
  "certificatesigningrequests.certificates.k8s.io": "CertificateSigningRequest",
};

const DEFAULT_NAMESPACE = "default";

/**
 * Reads what is to be explained from the arguments: `certificate web`, `cr/web-1`, `cr team/web-1`,
 * with the namespace from `--namespace` where no argument has it.
 *
 * @throws CliError usage for a kind that cannot be explained, no name, or two namespaces.
 */
export function parseTarget(args: readonly string[], namespaceFlag: string | undefined): Target {
  const { word, name: given } = splitArguments(args);
  const kind = KINDS[word.toLowerCase()];
  if (kind === undefined) {
    throw usageError(
      `Cannot explain ${word}: it is no kind that can be explained, must be certificate, certificaterequest (cr) or certificatesigningrequest (csr)`,
    );
  }
  const parts = given.split("/");
  const [namespaceInName, name] = parts.length === 2 ? parts : [undefined, given];
  if (!name || namespaceInName === "" || parts.length > 2) {
    throw usageError(
      `Cannot explain ${word} ${given}: it must have a name, such as ${word} web or ${word} team/web`,
    );
  }
  if (kind === "CertificateSigningRequest") {
    if (namespaceInName === undefined) return { kind, name };
    throw usageError(
      `Cannot explain ${word} ${given}: a CertificateSigningRequest is in no namespace, give its name alone; cert-manager's CertificateRequest is cr`,
    );
  }
  if (
    namespaceInName !== undefined &&
    namespaceFlag !== undefined &&
    namespaceFlag !== namespaceInName
  ) {
    throw usageError(
      `Cannot explain ${word} ${given}: --namespace is ${namespaceFlag}, must be ${namespaceInName} or left out`,
    );
  }
  return { kind, namespace: namespaceInName ?? namespaceFlag ?? DEFAULT_NAMESPACE, name };
}

/** `cert web`, or in one as kubectl prints it: `certificate.cert-manager.io/web`. */
function splitArguments([first = "", second]: readonly string[]): { word: string; name: string } {
  if (second !== undefined) return { word: first, name: second };
  const slash = first.indexOf("/");
  return slash < 0
    ? { word: first, name: "" }
    : { word: first.slice(0, slash), name: first.slice(slash + 1) };
}
