import { stringify } from "yaml";

/** How a kubeconfig's user proves who it is. */
export type KubeconfigUser =
  | { readonly certificatePem: string; readonly keyPem: string }
  | { readonly tokenFile: string };

/** The text of a kubeconfig with one cluster and one user. */
export function formatKubeconfig(
  cluster: { readonly url: string; readonly caPem: string },
  user: KubeconfigUser,
): string {
  const name = "countersign-testing";
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name,
          cluster: { server: cluster.url, "certificate-authority-data": base64(cluster.caPem) },
        },
      ],
      users: [{ name, user: credentials(user) }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    },
    // Every reader of kubeconfigs takes base64 on one line.
    { lineWidth: 0 },
  );
}

function credentials(user: KubeconfigUser): Record<string, string> {
  if ("tokenFile" in user) return { tokenFile: user.tokenFile };
  return {
    "client-certificate-data": base64(user.certificatePem),
    "client-key-data": base64(user.keyPem),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
