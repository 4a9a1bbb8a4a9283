/** Why no credential could be had. Holds nothing of what a credential is made of. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  readonly code: "ERR_CREDENTIALS_TOKEN_FILE" | "ERR_CREDENTIALS_EXEC";

  constructor(code: CredentialsError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
