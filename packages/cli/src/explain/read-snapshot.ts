import {
  type CertificateRequest,
  type CertificateSigningRequest,
  certificateRequests,
  certificateSigningRequests,
} from "@countersign/issuer";
import { certificateRequestKind, certificateSigningRequestKind } from "@countersign/issuer/inspect";
import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import { failure } from "../cli-error.ts";
import { look, type Seen } from "../cluster/seen.ts";
import {
  type ReadContext,
  readApprover,
  readIssuer,
  referenceOf,
  referenceOfSigner,
} from "./read-issuer.ts";
import type { Certificate, CertificateSnapshot, RequestSnapshot } from "./snapshot.ts";
import type { Target } from "./target.ts";

const certificates = defineResource<Certificate>({
  group: "cert-manager.io",
  version: "v1",
  kind: "Certificate",
  plural: "certificates",
  namespaced: true,
});

const secrets = defineResource<KubeObject>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
});

/** What is looked at, by its kind. */
export type Snapshot =
  | { readonly of: "certificate"; readonly certificate: CertificateSnapshot }
  | { readonly of: "request"; readonly request: RequestSnapshot };

/**
 * Reads everything that tells where a target stands.
 *
 * @throws CliError failure where the target is not there, may not be read, or cert-manager is missing.
 */
export async function readSnapshot(target: Target, context: ReadContext): Promise<Snapshot> {
  const isOfCertManager = target.kind !== "CertificateSigningRequest";
  if (isOfCertManager && !(await context.discovery.groups()).has("cert-manager.io")) {
    throw failure(
      `Cannot explain ${target.kind} ${target.namespace}/${target.name}: this cluster has no cert-manager. Install it, or choose another cluster with --context`,
    );
  }
  switch (target.kind) {
    case "Certificate":
      return { of: "certificate", certificate: await readCertificate(target, context) };
    case "CertificateRequest": {
      const request = await getTarget(certificateRequests, target, context);
      return { of: "request", request: await readCertificateRequest(request, context) };
    }
    case "CertificateSigningRequest": {
      const request = await getTarget(certificateSigningRequests, target, context);
      return { of: "request", request: await readSigningRequest(request, context) };
    }
  }
}

async function getTarget<T extends KubeObject>(
  resource: Resource<T>,
  { kind, namespace, name }: Target,
  { client, signal }: ReadContext,
): Promise<T> {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const place = namespace === undefined ? { name } : { namespace, name };
  const right = `get ${resource.plural}.${resource.group}${where}`;
  const seen = await look(right, () => client.get(resource, place, { signal }));
  if (seen.is === "there") return seen.object;
  if (seen.is === "unknown") {
    throw failure(
      `Cannot explain ${kind} ${name}${where}: you may not ${right}. Ask for that right`,
    );
  }
  const scope = namespace === undefined ? "" : ` --namespace ${namespace}`;
  throw failure(
    `Cannot explain ${kind} ${name}${where}: it does not exist. See what there is: kubectl get ${resource.plural}.${resource.group}${scope}`,
  );
}

async function readCertificate(target: Target, context: ReadContext): Promise<CertificateSnapshot> {
  const certificate = await getTarget(certificates, target, context);
  const { namespace = "", uid } = certificate.metadata;
  const { issuerRef, secretName } = certificate.spec;
  const [request, issuer, secret] = await Promise.all([
    readNewestRequest({ namespace, uid }, context),
    readIssuer(referenceOf(issuerRef, namespace), context),
    lookAtSecret({ namespace, name: secretName }, context),
  ]);
  return { certificate, request, issuer, secret };
}

/** The revision is cert-manager's: it counts a Certificate's issuances. */
const REVISION = "cert-manager.io/certificate-revision";

async function readNewestRequest(
  owner: { namespace: string; uid: string | undefined },
  context: ReadContext,
): Promise<Seen<RequestSnapshot>> {
  const { client, signal } = context;
  const { namespace, uid } = owner;
  const right = `list certificaterequests.cert-manager.io in namespace ${namespace}`;
  const seen = await look(right, () => client.list(certificateRequests, { namespace, signal }));
  if (seen.is !== "there") return seen;
  const [newest] = seen.object.items
    .filter(({ metadata }) => metadata.ownerReferences?.some((each) => each.uid === uid))
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  if (newest === undefined) return { is: "absent" };
  return { is: "there", object: await readCertificateRequest(newest, context) };
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/** Its metadata alone is read: what is in a Secret is not to pass through here. */
async function lookAtSecret(
  { namespace, name }: { namespace: string; name: string },
  { client, signal }: ReadContext,
): Promise<Seen<KubeObject>> {
  const fieldSelector = `metadata.name=${name}`;
  const seen = await look(`list secrets in namespace ${namespace}`, () =>
    client.list(secrets, { namespace, fieldSelector, metadataOnly: true, signal }),
  );
  if (seen.is !== "there") return seen;
  const [found] = seen.object.items;
  return found === undefined ? { is: "absent" } : { is: "there", object: found };
}

async function readCertificateRequest(
  object: CertificateRequest,
  context: ReadContext,
): Promise<RequestSnapshot> {
  const { namespace = "" } = object.metadata;
  const issuer = await readIssuer(referenceOf(object.spec.issuerRef, namespace), context);
  const approvedAt = certificateRequestKind.approvedAt(object);
  return {
    kind: "CertificateRequest",
    object,
    phase: certificateRequestKind.phaseOf(object),
    conditions: object.status?.conditions ?? [],
    approver: await readApprover(issuer, context),
    issuer,
    ...(approvedAt === undefined ? {} : { approvedAt }),
  };
}

async function readSigningRequest(
  object: CertificateSigningRequest,
  context: ReadContext,
): Promise<RequestSnapshot> {
  const approvedAt = certificateSigningRequestKind.approvedAt(object);
  return {
    kind: "CertificateSigningRequest",
    object,
    phase: certificateSigningRequestKind.phaseOf(object),
    conditions: object.status?.conditions ?? [],
    issuer: await readIssuer(referenceOfSigner(object.spec.signerName), context),
    ...(approvedAt === undefined ? {} : { approvedAt }),
  };
}
