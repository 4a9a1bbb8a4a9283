import type { KubeObject, ObjectMeta } from "@countersign/kube";

/** Names the issuer of a Certificate or CertificateRequest. */
export interface IssuerRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
}

/** A condition, as cert-manager and Kubernetes write them. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** The fields of a cert-manager.io/v1 Certificate that tests set and read. */
export interface Certificate extends KubeObject {
  readonly spec: {
    readonly secretName: string;
    readonly issuerRef: IssuerRef;
    readonly commonName?: string;
    readonly subject?: { readonly organizations?: readonly string[] };
    /** RFC 4514; behind cert-manager's gate LiteralCertificateSubject. */
    readonly literalSubject?: string;
    readonly dnsNames?: readonly string[];
    readonly ipAddresses?: readonly string[];
    readonly uris?: readonly string[];
    readonly emailAddresses?: readonly string[];
    /** Behind cert-manager's gate OtherNames. */
    readonly otherNames?: readonly { readonly oid: string; readonly utf8Value: string }[];
    /** A Go duration: `2160h`. */
    readonly duration?: string;
    readonly renewBefore?: string;
    readonly isCA?: boolean;
    readonly usages?: readonly string[];
    readonly privateKey?: {
      readonly algorithm?: "RSA" | "ECDSA" | "Ed25519";
      readonly encoding?: "PKCS1" | "PKCS8";
      readonly size?: number;
      readonly rotationPolicy?: "Never" | "Always";
    };
    readonly revisionHistoryLimit?: number;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly revision?: number;
    readonly notAfter?: string;
    readonly notBefore?: string;
    readonly renewalTime?: string;
  };
}

/** What a {@link certificate} says; everything else of the spec can be given too. */
export type CertificateOptions = Pick<ObjectMeta, "name" | "labels" | "annotations"> & {
  readonly namespace: string;
} & Omit<Certificate["spec"], "secretName"> & { readonly secretName?: string };

/** A Certificate with an ECDSA key, quick to make; its secret is called `<name>-tls` unless named. */
export function certificate(options: CertificateOptions): Certificate {
  const { name, namespace, labels, annotations, ...spec } = options;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      secretName: `${name}-tls`,
      privateKey: { algorithm: "ECDSA", rotationPolicy: "Always" },
      ...spec,
    },
  };
}
