import type { Condition, IssuerObject } from "@countersign/issuer";
import type { NamespacedName, RequestPhase } from "@countersign/issuer/inspect";
import type { KubeObject, Lease } from "@countersign/kube";
import type { ServedKind } from "../cluster/discovery.ts";
import type { Seen } from "../cluster/seen.ts";

/** Which issuer is meant, as the request says it. */
export interface IssuerReference {
  readonly group: string;
  /** Its kind, as a CertificateRequest has it, or its plural, as a signerName has it. */
  readonly kind: string;
  readonly name: string;
  /** Where it is looked for; missing for a cluster issuer, and as long as its kind is not known. */
  readonly namespace?: string;
}

/** Whether the API server knows the kind of an issuer. */
export type Served =
  | { readonly is: "served"; readonly kind: ServedKind }
  | { readonly is: "noGroup" }
  | { readonly is: "noKind"; readonly kinds: readonly string[] };

/** An issuer, and whoever serves it. */
export interface IssuerSnapshot {
  readonly reference: IssuerReference;
  readonly served: Served;
  readonly issuer: Seen<IssuerObject>;
  readonly leases: Seen<readonly Lease[]>;
}

/** Whether cert-manager's own approver may approve a request. */
export interface ApproverSnapshot {
  /** cert-manager's account. */
  readonly account: NamespacedName;
  /** `acmeissuers.acme.example.com/*`. */
  readonly signer: string;
  readonly mayApprove: Seen<boolean>;
}

/** A request of either kind, and what it depends on. */
export interface RequestSnapshot {
  readonly kind: "CertificateRequest" | "CertificateSigningRequest";
  readonly object: KubeObject;
  readonly phase: RequestPhase;
  readonly conditions: readonly Condition[];
  /** RFC 3339. */
  readonly approvedAt?: string;
  /** Missing for a CertificateSigningRequest, which is approved by hand. */
  readonly approver?: ApproverSnapshot;
  readonly issuer: IssuerSnapshot;
}

/** cert-manager's Certificate: what is read of it here. */
export interface Certificate extends KubeObject {
  readonly spec: {
    readonly secretName: string;
    readonly issuerRef: { readonly group?: string; readonly kind?: string; readonly name: string };
    readonly duration?: string;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly revision?: number;
    readonly notBefore?: string;
    readonly notAfter?: string;
    readonly renewalTime?: string;
    readonly lastFailureTime?: string;
    readonly failedIssuanceAttempts?: number;
  };
}

/** A Certificate, and the request that counts now. */
export interface CertificateSnapshot {
  readonly certificate: Certificate;
  /** The newest request of the Certificate; absent where there is none. */
  readonly request: Seen<RequestSnapshot>;
  /** Of the Certificate itself: where there is no request, it tells whom one would go to. */
  readonly issuer: IssuerSnapshot;
  /** The Secret's metadata: its entries are nobody's business here. */
  readonly secret: Seen<KubeObject>;
}
