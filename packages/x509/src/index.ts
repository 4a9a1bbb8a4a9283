export {
  type Certificate,
  parseCertificate,
  parseCertificates,
} from "./certificate/certificate.ts";
export {
  type CertificateTemplate,
  type KeyTemplateOptions,
  type TemplateOptions,
  type TemplatePolicies,
  templateForKey,
} from "./certificate/certificate-template.ts";
export {
  type AskedFor,
  compareCertificate,
  type Difference,
} from "./certificate/differences.ts";
export { type IssueOptions, issueCertificate } from "./certificate/issue-certificate.ts";
export { keyMatchesCertificate } from "./certificate/key-matches-certificate.ts";
export {
  createSelfSignedCertificate,
  type SelfSignedOptions,
} from "./certificate/self-signed-certificate.ts";
export { type CsrTemplateOptions, certificateTemplate } from "./certificate/template-from-csr.ts";
export { isSelfSigned, verifySignedBy } from "./certificate/verify-signed-by.ts";
export { type OrderedChain, orderChain } from "./chain/order-chain.ts";
export { type VerifyPathOptions, verifyPath } from "./chain/verify-path.ts";
export { type CreateCsrOptions, createCsr } from "./csr/create-csr.ts";
export { type Csr, parseCsr } from "./csr/csr.ts";
export { verifyCsrSignature } from "./csr/verify-csr-signature.ts";
export type { AccessLocations } from "./extension/access-locations.ts";
export type { BasicConstraints } from "./extension/basic-constraints.ts";
export type { AlternativeNames } from "./extension/build-subject-alt-name.ts";
export type { CertifiedProperties } from "./extension/certified-properties.ts";
export type { Extension } from "./extension/extension.ts";
export type { GeneralName, GeneralNameKind } from "./extension/general-name.ts";
export { DEFAULT_USAGES, type ResolvedUsages, resolveUsages } from "./extension/usages.ts";
export { describePublicKey, publicKeysEqual } from "./key/public-key.ts";
export { isKeyTypeSupported } from "./key/supported-key-types.ts";
export type { Subject } from "./name/build-name.ts";
export { decodePem, encodePem, PEM_LIMITS, type PemBlock } from "./pem.ts";
export { createKeySigner, type KeySignerOptions } from "./signature/key-signer.ts";
export type { SignedStructure } from "./signature/signed-structure.ts";
export type { Signer } from "./signature/signer.ts";
export { X509Error, type X509ErrorCode } from "./x509-error.ts";
