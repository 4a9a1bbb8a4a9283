/** What a project, a group and its kinds may be called. Each function says what is wrong, or nothing. */

/** Groups that Kubernetes and cert-manager keep for themselves, with all below them. */
const RESERVED_GROUPS = ["k8s.io", "kubernetes.io", "cert-manager.io", "countersign.dev"];

/** Kinds that users would mistake ours for: cert-manager's, and the most used ones of Kubernetes. */
const TAKEN_KINDS = new Set([
  ...["Issuer", "ClusterIssuer", "Certificate", "CertificateRequest", "Order", "Challenge"],
  ...["CertificateSigningRequest", "Secret", "ConfigMap", "Pod", "Service", "Deployment"],
  ...["Namespace", "Node", "Event", "Lease", "Ingress", "List", "Status"],
]);

/** Package names that npm refuses, or that stand for something else in a project. */
const RESERVED_NAMES = new Set([
  "node_modules",
  "favicon.ico",
  "countersign",
  "update",
  "test",
  "dist",
]);

const LONGEST_NAME = 53; // a Helm release's, which becomes a part of other names
const LONGEST_GROUP = 63; // Events name who reports them: it is the group
const LONGEST_KIND = 60;

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const KIND = /^[A-Z][A-Za-z0-9]*$/;
const VERSION = /^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/;

export function wrongName(name: string): string | undefined {
  if (!LABEL.test(name) || name.length > LONGEST_NAME) {
    return `the project's name is ${quote(name)}, must be lower-case letters, digits and hyphens, at most ${LONGEST_NAME}, such as acme-issuer`;
  }
  return RESERVED_NAMES.has(name)
    ? `the project's name is ${quote(name)}, which is reserved: choose another, such as ${name}-issuer`
    : undefined;
}

export function wrongGroup(group: string): string | undefined {
  if (!DOMAIN.test(group) || group.length > LONGEST_GROUP) {
    return `the group is ${quote(group)}, must be a domain of yours in lower case, at most ${LONGEST_GROUP} characters, such as issuers.example.com`;
  }
  const owner = RESERVED_GROUPS.find((each) => group === each || group.endsWith(`.${each}`));
  return owner === undefined
    ? undefined
    : `the group is ${quote(group)}, and ${owner} is reserved: choose a domain of yours, such as issuers.example.com`;
}

export function wrongKind(kind: string): string | undefined {
  if (!KIND.test(kind) || kind.length > LONGEST_KIND) {
    return `the kind is ${quote(kind)}, must be in PascalCase, at most ${LONGEST_KIND} characters, such as AcmeIssuer`;
  }
  return TAKEN_KINDS.has(kind)
    ? `the kind ${kind} is taken by Kubernetes or cert-manager: choose another, such as Acme${kind}`
    : undefined;
}

export function wrongVersion(version: string): string | undefined {
  return VERSION.test(version)
    ? undefined
    : `the version is ${quote(version)}, must be v1, v1alpha1 or the like`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
