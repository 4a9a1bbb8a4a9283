import type { KubeObject, ObjectMeta } from "@countersign/kube";

/** The fields of a networking.k8s.io/v1 Ingress that tests set. */
export interface Ingress extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
    readonly rules: readonly {
      readonly host: string;
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly pathType: "Prefix" | "Exact" | "ImplementationSpecific";
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly number: number } };
          };
        }[];
      };
    }[];
  };
}

/** What an {@link ingress} says. */
export type IngressOptions = Pick<ObjectMeta, "name" | "labels" | "annotations"> & {
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** @default "<name>-tls" */
  readonly secretName?: string;
};

/**
 * An Ingress with TLS for its hosts. cert-manager makes a Certificate of it when annotations such as
 * `cert-manager.io/issuer`, `-kind` and `-group` name an issuer.
 */
export function ingress(options: IngressOptions): Ingress {
  const { name, namespace, hosts, labels, annotations, secretName = `${name}-tls` } = options;
  const service = { name, port: { number: 80 } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      tls: [{ hosts, secretName }],
      rules: hosts.map((host) => ({
        host,
        http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] },
      })),
    },
  };
}
