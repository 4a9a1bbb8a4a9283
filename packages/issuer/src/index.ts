// Names above are an issuer author's. Names below are for programs that embed the controllers.
export { type ApprovalSupport, readApprovalSupport } from "./approval-support.ts";
export { breakingChanges } from "./breaking-changes.ts";
export { type CelRule, cel, IMMUTABLE } from "./cel.ts";
export {
  type CertificateRequest,
  type CertificateRequestStatus,
  certificateRequests,
} from "./certificate-request.ts";
export {
  type CertificateSigningRequest,
  type CertificateSigningRequestStatus,
  certificateSigningRequests,
} from "./certificate-signing-request.ts";
export type { CheckResult } from "./check-result.ts";
export type { Condition } from "./condition.ts";
export { crdOf } from "./crd.ts";
export {
  type CheckContext,
  type DefinedKind,
  defineIssuer,
  type Issuer,
  type IssuerDefinition,
  kindsOf,
  type SignContext,
} from "./define-issuer.ts";
export { readValuesFile } from "./deploy/chosen-values.ts";
export { type ManifestFile, type ManifestFilesOptions, manifestFiles } from "./deploy/files.ts";
export {
  checkManifestFolder,
  compareManifestFolder,
  type FolderState,
  updateManifestFolder,
} from "./deploy/manifest-folder.ts";
export { describeBreakingChanges, describeDrift } from "./deploy/report.ts";
export { parseGoDuration } from "./go-duration.ts";
export { goDuration } from "./go-duration-schema.ts";
export type { IssuerObject } from "./issuer-object.ts";
export type { Manifest } from "./manifest.ts";
export { type Manifests, manifestsOf } from "./manifests.ts";
export {
  DEFAULT_POLICY,
  type Mismatch,
  type MismatchPolicy,
  type Reaction,
} from "./mismatch-policy.ts";
export {
  type Issued,
  IssuerError,
  type Json,
  type Pending,
  PermanentError,
  pending,
} from "./outcome.ts";
export { type PrinterColumn, printerColumn } from "./printer-column.ts";
export type { RbacOptions, ServiceAccount } from "./rbac.ts";
export { type Reference, ReferencedObject } from "./reference.ts";
export { type RunOptions, run } from "./run.ts";
export { type RunIssuersOptions, runIssuers } from "./run-issuers.ts";
export { type RequestRanges, ShardMap } from "./shard-map.ts";
export type { SigningRequest } from "./signing-request.ts";
export { UnapprovedError } from "./unapproved-guard.ts";
