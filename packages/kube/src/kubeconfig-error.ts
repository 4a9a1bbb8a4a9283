/** Why there is no connection to an API server to be had from the configuration. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
  readonly code:
    | "ERR_KUBECONFIG_NOT_FOUND"
    | "ERR_KUBECONFIG_UNREADABLE"
    | "ERR_KUBECONFIG_INVALID"
    | "ERR_KUBECONFIG_UNSUPPORTED";

  constructor(code: KubeconfigError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
