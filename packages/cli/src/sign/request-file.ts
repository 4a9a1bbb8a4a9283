import { randomUUID } from "node:crypto";
import type {
  CertificateRequest,
  CertificateSigningRequest,
  DefinedKind,
  SigningRequest,
} from "@countersign/issuer";
import {
  certificateRequestKind,
  certificateSigningRequestKind,
  describeIssuer,
  type IssuerKey,
  messageOf,
} from "@countersign/issuer/inspect";
import type { KubeObject } from "@countersign/kube";
import { usageError } from "../cli-error.ts";
import { readTextFile } from "../read-file.ts";
import { parseObjects } from "../read-objects.ts";
import { DEFAULT_NAMESPACE } from "./file-client.ts";

/** What a bare CSR does not say of itself. */
export interface AskedForByFlags {
  /** A Go duration. */
  readonly duration?: string | undefined;
  readonly usages?: readonly string[] | undefined;
  readonly isCA?: boolean | undefined;
}

/** A request from a file, as the issuer would get it. */
export interface RequestFile {
  /** What a message calls it: `CertificateRequest default/web`. */
  readonly name: string;
  readonly request: SigningRequest;
  /** The issuer that it refers to; undefined for a bare CSR, which refers to none. */
  readonly issuer: IssuerKey | undefined;
  /** Whether it refers to an issuer at all. */
  readonly isBare: boolean;
}

const PEM_LABEL = /^-----BEGIN ([A-Z0-9 ]+)-----/m;
const CSR_LABELS: ReadonlySet<string> = new Set(["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]);
const MUST =
  "must hold a CSR as PEM, a CertificateRequest of cert-manager.io/v1 or a CertificateSigningRequest of certificates.k8s.io/v1";

/**
 * Reads the request to be signed: a CSR as PEM, a CertificateRequest or a CertificateSigningRequest.
 * Its status is not looked at: it is signed as if it had just been approved.
 *
 * @throws CliError usage where it can be none of these, or can never be signed.
 */
export async function readRequestFile(
  path: string,
  kinds: readonly DefinedKind[],
  asked: AskedForByFlags,
): Promise<RequestFile> {
  return parseRequest(await readTextFile(path, "request"), { path, kinds, asked });
}

/** As {@link readRequestFile}, for a text. */
export function parseRequest(
  text: string,
  from: { path: string; kinds: readonly DefinedKind[]; asked: AskedForByFlags },
): RequestFile {
  const { path, kinds, asked } = from;
  const [, label] = PEM_LABEL.exec(text) ?? [];
  if (label !== undefined && CSR_LABELS.has(label)) return readBareCsr(path, text, asked);
  if (label !== undefined) {
    throw usageError(`Cannot read request ${path}: it holds a PEM block ${label}, ${MUST}`);
  }
  const [object, ...rest] = parseObjects(text, { path, what: "request" });
  if (object === undefined || rest.length > 0) {
    throw usageError(
      `Cannot read request ${path}: it holds several objects, must hold one request`,
    );
  }
  if (Object.values(asked).some((flag) => flag !== undefined)) {
    throw usageError(
      `Cannot sign ${path}: --duration, --usage and --ca are for a bare CSR: a ${object.kind} says itself what it asks for`,
    );
  }
  switch (`${object.kind}.${object.apiVersion}`) {
    case "CertificateRequest.cert-manager.io/v1":
      return readCertificateRequest(path, object as CertificateRequest, kinds);
    case "CertificateSigningRequest.certificates.k8s.io/v1":
      return readCertificateSigningRequest(path, object as CertificateSigningRequest, kinds);
    default:
      throw usageError(
        `Cannot read request ${path}: it holds a ${object.kind} of ${object.apiVersion}, ${MUST}`,
      );
  }
}

function readBareCsr(path: string, pem: string, asked: AskedForByFlags): RequestFile {
  const { duration, usages, isCA } = asked;
  const request: CertificateRequest = {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { name: "csr", namespace: DEFAULT_NAMESPACE, uid: randomUUID() },
    spec: {
      request: Buffer.from(pem).toString("base64"),
      issuerRef: { name: "" },
      ...(duration === undefined ? {} : { duration }),
      ...(usages === undefined ? {} : { usages }),
      ...(isCA === undefined ? {} : { isCA }),
    },
  };
  const signing = read(path, () => certificateRequestKind.readSigningRequest(request));
  return { name: `CSR ${path}`, request: signing, issuer: undefined, isBare: true };
}

function readCertificateRequest(
  path: string,
  object: CertificateRequest,
  kinds: readonly DefinedKind[],
): RequestFile {
  const request = placed(object);
  return {
    name: `CertificateRequest ${request.metadata.namespace}/${request.metadata.name}`,
    request: read(path, () => certificateRequestKind.readSigningRequest(request)),
    issuer: read(path, () => certificateRequestKind.referredIssuer(request, kinds)),
    isBare: false,
  };
}

function readCertificateSigningRequest(
  path: string,
  request: CertificateSigningRequest,
  kinds: readonly DefinedKind[],
): RequestFile {
  const { metadata } = request;
  const known = { ...request, metadata: { ...metadata, uid: metadata.uid ?? randomUUID() } };
  return {
    name: `CertificateSigningRequest ${metadata.name}`,
    request: read(path, () => certificateSigningRequestKind.readSigningRequest(known)),
    issuer: read(path, () => certificateSigningRequestKind.referredIssuer(known, kinds)),
    isBare: false,
  };
}

/** A file that was never in a cluster has no uid, and often no namespace. */
export function placed<T extends KubeObject>(object: T): T {
  const { namespace = DEFAULT_NAMESPACE, uid = randomUUID() } = object.metadata;
  return { ...object, metadata: { ...object.metadata, namespace, uid } };
}

/** What can be wrong with a request that no issuer would be asked to sign. */
function read<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const why = cause instanceof TypeError ? "its spec is incomplete" : messageOf(cause);
    throw usageError(`Cannot sign ${path}: ${why}. Correct the request`, { cause });
  }
}

/** Why no controller would have this issuer sign the request; undefined where it would. */
export function wrongIssuer(file: RequestFile, issuer: IssuerKey): string | undefined {
  if (file.isBare || file.issuer === issuer) return undefined;
  const referred =
    file.issuer === undefined
      ? "refers to no issuer of this definition"
      : `refers to ${describeIssuer(file.issuer)}`;
  return `${file.name} ${referred}, and not to ${describeIssuer(issuer)}: in a cluster it would not be signed by it. Correct its issuerRef or signerName, or give the issuer that it refers to`;
}
