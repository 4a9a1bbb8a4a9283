/** Where an API server is, and as whom to speak to it. What a kubeconfig comes to. */
export interface Connection {
  /** `https://host:port`, with a path when a gateway serves several clusters. No slash at the end. */
  readonly server: string;
  /** The roots the server's certificate must lead to. Node's own when absent. */
  readonly caPem?: string;
  readonly insecureSkipTlsVerify: boolean;
  /** The name to verify in the server's certificate, when it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** An `http:` or `https:` proxy that is asked for a tunnel (CONNECT). */
  readonly proxyUrl?: string;
  /** The namespace that the context, or the pod, names. */
  readonly namespace?: string;
  /** Presented in the handshake; goes together with every {@link Identity}. */
  readonly clientCertificate?: ClientCertificate;
  /** Files that `caPem` and `clientCertificate` come from and that are replaced while the program runs. */
  readonly tlsFiles?: TlsFiles;
  readonly identity: Identity;
}

/** Paths of PEM files. A certificate and its key go together. */
export interface TlsFiles {
  readonly ca?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** A client certificate with its key. */
export interface ClientCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a call says about who makes it, apart from the client certificate. */
export type Identity =
  | { readonly type: "none" }
  | { readonly type: "token"; readonly token: string }
  /** A file whose content is replaced while the program runs. */
  | { readonly type: "tokenFile"; readonly path: string }
  | { readonly type: "basic"; readonly username: string; readonly password: string }
  | ({ readonly type: "exec" } & ExecPlugin);

/** A client-go credential plugin: a program that prints an ExecCredential. */
export interface ExecPlugin {
  readonly apiVersion: ExecApiVersion;
  readonly command: string;
  readonly args: readonly string[];
  /** The plugin's whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told to the user when the command is not found. */
  readonly installHint?: string;
  /** ExecCredential.spec.cluster, where the kubeconfig says `provideClusterInfo`. */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

/** The versions of the plugin protocol that client-go speaks. */
export type ExecApiVersion =
  | "client.authentication.k8s.io/v1"
  | "client.authentication.k8s.io/v1beta1";
