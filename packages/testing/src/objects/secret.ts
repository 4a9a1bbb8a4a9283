import type { KubeObject, ObjectMeta } from "@countersign/kube";

/** A Secret, its values in base64. */
export interface Secret extends KubeObject {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What names a secret. */
export type SecretMeta = Pick<ObjectMeta, "name" | "labels" | "annotations"> & {
  readonly namespace: string;
};

/** A Secret of text values, given as they are. */
export function secret(
  metadata: SecretMeta,
  values: Readonly<Record<string, string>>,
  /** @default "Opaque" */
  options: { type?: string } = {},
): Secret {
  const data = Object.entries(values).map(([key, value]) => [
    key,
    Buffer.from(value).toString("base64"),
  ]);
  const { type = "Opaque" } = options;
  return { apiVersion: "v1", kind: "Secret", metadata, type, data: Object.fromEntries(data) };
}

/** A kubernetes.io/tls Secret. */
export function tlsSecret(
  metadata: SecretMeta,
  pems: { certificatePem: string; keyPem: string; caPem?: string },
): Secret {
  const { certificatePem, keyPem, caPem } = pems;
  const values = {
    "tls.crt": certificatePem,
    "tls.key": keyPem,
    ...(caPem !== undefined && { "ca.crt": caPem }),
  };
  return secret(metadata, values, { type: "kubernetes.io/tls" });
}
