export { type CertManager, installCertManager } from "./cert-manager/install-cert-manager.ts";
export {
  type CertManagerCrdsOptions,
  installCertManagerCrds,
} from "./cert-manager/install-cert-manager-crds.ts";
export { CERTIFICATES } from "./cert-manager/resources.ts";
export type { CertManagerOptions } from "./cert-manager/setting.ts";
export type { Holder, KeyAndCertificate } from "./control-plane/authority.ts";
export type { ControllerHost, ControlPlane } from "./control-plane/control-plane.ts";
export { NAMESPACES } from "./control-plane/resources.ts";
export {
  createServiceAccountKubeconfig,
  type ServiceAccountKubeconfig,
  type ServiceAccountOptions,
} from "./control-plane/service-account-kubeconfig.ts";
export {
  type ControlPlaneOptions,
  startControlPlane,
} from "./control-plane/start-control-plane.ts";
export { type ApplyObjectsOptions, applyObjects } from "./controller/apply-objects.ts";
export {
  applyManifests,
  type ControllerOptions,
  type InstalledController,
  installController,
} from "./controller/install-controller.ts";
export type { CaAnswer, CaBehaviour, CaCall } from "./fake-ca/ca-call.ts";
export type { FakeAuthorityOptions, MintedCertificate } from "./fake-ca/fake-authority.ts";
export { type FakeCa, type FakeCaOptions, startFakeCa } from "./fake-ca/fake-ca.ts";
export { type FaultProxy, startFaultProxy } from "./fault-proxy/fault-proxy.ts";
export type { ActiveRule, Fault, FaultRule, ProxiedCall } from "./fault-proxy/fault-rules.ts";
export {
  type Certificate,
  type CertificateOptions,
  type Condition,
  certificate,
  type IssuerRef,
} from "./objects/certificate.ts";
export {
  type CertificateRequest,
  type CertificateRequestOptions,
  certificateRequest,
} from "./objects/certificate-request.ts";
export {
  CERTIFICATE_SIGNING_REQUESTS,
  type CertificateSigningRequest,
  type CertificateSigningRequestOptions,
  certificateSigningRequest,
  decideCertificateSigningRequest,
} from "./objects/certificate-signing-request.ts";
export { type Ingress, type IngressOptions, ingress } from "./objects/ingress.ts";
export { namespace } from "./objects/namespace.ts";
export { type Secret, type SecretMeta, secret, tlsSecret } from "./objects/secret.ts";
export { type PollOptions, poll } from "./poll.ts";
export type { Progress, ProgressEvent } from "./progress.ts";
export { CERTIFICATE_REQUESTS, INGRESSES, SECRETS } from "./resources.ts";
export { CERT_MANAGER_CRDS, type CertManagerVersion } from "./servers/cert-manager-crds.ts";
export {
  type CertManagerFiles,
  type FindOptions,
  findCertManager,
  findServers,
  type Servers,
} from "./servers/find-servers.ts";
export type { ProcessExit } from "./supervisor/protocol.ts";
export {
  type ProcessOptions,
  type SupervisedProcess,
  type Supervisor,
  type SupervisorOptions,
  startSupervisor,
} from "./supervisor/supervisor.ts";
export { isTestingError, TestingError, type TestingErrorCode } from "./testing-error.ts";
