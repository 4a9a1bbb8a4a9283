/** The command lines of etcd and kube-apiserver. Both listen on 127.0.0.1 alone. */
import { join } from "node:path";
import type { ServerFiles } from "./server-files.ts";

/** What the two servers share. */
export interface ServerPlace {
  readonly dir: string;
  readonly files: ServerFiles;
}

const PEER_URL = "http://127.0.0.1:0";

/**
 * etcd asks for client certificates: without them a control plane whose port another run has just
 * taken would quietly use that run's data.
 */
export function etcdArgs({ dir, files }: ServerPlace, port: number): string[] {
  const url = `https://127.0.0.1:${port}`;
  return flags({
    name: "countersign-testing",
    "data-dir": join(dir, "etcd"),
    "listen-client-urls": url,
    "advertise-client-urls": url,
    // A single member has no peers, and cannot be told not to listen for them.
    "listen-peer-urls": PEER_URL,
    "initial-advertise-peer-urls": PEER_URL,
    "initial-cluster": `countersign-testing=${PEER_URL}`,
    "client-cert-auth": "true",
    "trusted-ca-file": files.ca,
    "cert-file": files.etcd.certificate,
    "key-file": files.etcd.key,
    "unsafe-no-fsync": "true",
    "log-level": "warn",
  });
}

/** Where kube-apiserver writes its audit log, if it does. */
export function auditLogPath(dir: string): string {
  return join(dir, "logs", "audit.log");
}

export function auditPolicyPath(dir: string): string {
  return join(dir, "audit-policy.yaml");
}

/** Who did what to which object, without bodies: those of secrets would be in it. */
export const AUDIT_POLICY: string = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`;

export function apiServerArgs(
  { dir, files }: ServerPlace,
  options: { port: number; etcdPort: number; audit: boolean; extra: readonly string[] },
): string[] {
  const { port, etcdPort, audit, extra } = options;
  const settings = flags({
    "etcd-servers": `https://127.0.0.1:${etcdPort}`,
    "etcd-cafile": files.ca,
    "etcd-certfile": files.etcdClient.certificate,
    "etcd-keyfile": files.etcdClient.key,
    "bind-address": "127.0.0.1",
    "advertise-address": "127.0.0.1",
    "secure-port": String(port),
    // For what it would generate; its default is a folder of root's.
    "cert-dir": join(dir, "pki"),
    "tls-cert-file": files.apiServer.certificate,
    "tls-private-key-file": files.apiServer.key,
    "client-ca-file": files.ca,
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": files.serviceAccount.publicKey,
    "service-account-signing-key-file": files.serviceAccount.key,
    "service-cluster-ip-range": "10.96.0.0/24",
    "authorization-mode": "RBAC",
    // It would refuse pods until somebody makes the account `default`; nobody runs pods here.
    "disable-admission-plugins": "ServiceAccount",
    "endpoint-reconciler-type": "none",
  });
  const auditing = flags({
    "audit-log-path": auditLogPath(dir),
    "audit-policy-file": auditPolicyPath(dir),
  });
  return [...settings, ...(audit ? auditing : []), ...extra];
}

function flags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}
