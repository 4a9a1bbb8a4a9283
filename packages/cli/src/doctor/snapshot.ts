import type { ApprovalSupport, IssuerObject } from "@countersign/issuer";
import type { NamespacedName } from "@countersign/issuer/inspect";
import type { KubeObject, Lease } from "@countersign/kube";
import type { Access } from "../cluster/access-review.ts";
import type { CertManagerController } from "../cluster/cert-manager-account.ts";
import type { ServedKind } from "../cluster/discovery.ts";
import type { Seen } from "../cluster/seen.ts";
import type { ApproverSnapshot } from "../explain/snapshot.ts";
import type { NeededRight } from "./needed-rights.ts";

/** cert-manager, as far as it can be seen. */
export interface CertManagerSnapshot {
  /** The kinds of cert-manager.io; none where it is not installed. */
  readonly kinds: readonly ServedKind[];
  /** `v1.21.2`; undefined where nothing tells it. */
  readonly version: string | undefined;
  readonly approval: ApprovalSupport;
  /** Whether an approval outlives what an issuer applies. */
  readonly isApprovalSafe: boolean;
  readonly controller: CertManagerController;
  /** By which its replicas elect their leader. */
  readonly leases: Seen<readonly Lease[]>;
}

/** How the API server has answered a CertificateRequest that it was not to store. */
export type DryRun =
  | { readonly is: "accepted" }
  | { readonly is: "notAllowed"; readonly right: string }
  | { readonly is: "unreachable"; readonly message: string }
  | { readonly is: "refused"; readonly message: string };

/** One webhook that is asked about cert-manager's objects. */
export interface ConfiguredWebhook {
  readonly name: string;
  readonly hasCaBundle: boolean;
  /** `cert-manager/cert-manager-webhook`; undefined where it is reached by an URL. */
  readonly service?: string;
  /** Undefined without a service, or where they may not be looked at. */
  readonly readyEndpoints?: number;
}

/** cert-manager's webhook, as the API server meets it. */
export interface WebhookSnapshot {
  readonly configurations: Seen<readonly ConfiguredWebhook[]>;
  readonly dryRun: DryRun;
}

/** An issuer's group, and all there is of it. */
export interface GroupSnapshot {
  readonly group: string;
  /** Whose names end in Issuer. */
  readonly kinds: readonly ServedKind[];
  /** What the author's definition has; empty without one. */
  readonly expected: readonly { readonly kind: string; readonly version: string }[];
  readonly definitions: Seen<readonly Definition[]>;
  readonly issuers: readonly KindIssuers[];
  readonly approvers: readonly ApproverSnapshot[];
  readonly leases: Seen<readonly Lease[]>;
  /** The accounts that may write its issuers' status. */
  readonly accounts: Seen<readonly NamespacedName[]>;
  readonly rights: readonly ReviewedRight[];
  readonly references: readonly ReferenceSnapshot[];
  readonly unfinished: Seen<readonly KubeObject[]>;
}

/** All issuers of a kind. */
export interface KindIssuers {
  readonly kind: ServedKind;
  readonly issuers: Seen<readonly IssuerObject[]>;
}

/** The CustomResourceDefinition of a kind. */
export interface Definition {
  readonly name: string;
  readonly isEstablished: boolean;
  /** What keeps it from being served: the conditions' own words. */
  readonly message?: string;
  /** Versions of which objects may still be stored. */
  readonly storedVersions: readonly string[];
  readonly servedVersions: readonly string[];
}

/** A right that a controller needs, and whether it has it. */
export interface ReviewedRight {
  readonly account: NamespacedName;
  readonly needed: NeededRight;
  readonly isAllowed: Seen<boolean>;
}

/** What an issuer refers to. */
export interface ReferenceSnapshot {
  /** `AcmeIssuer team/acme`. */
  readonly issuer: string;
  readonly kind: "Secret" | "ConfigMap";
  readonly namespace: string;
  readonly name: string;
  readonly seen: Seen<KubeObject>;
  /** Whether the controller may read it; unknown without its account. */
  readonly readable: { readonly access: Access; readonly isAllowed: Seen<boolean> } | undefined;
}
