import { defineIssuer } from "@countersign/issuer";
import { createCaClient } from "@countersign/issuer/http";
import * as z from "zod";

const ca = createCaClient();

export default defineIssuer({
  group: "{{group}}",
  version: "{{version}}",
  kinds: { {{kindsSource}} },
  spec: z.object({
    url: z.url(),
    authSecretName: z.string().min(1),
    {{fieldSources}}
  }),

  // Throw when the CA cannot be used: the issuer is not Ready, with your message.
  async check({ issuer, secret, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    await ca.to({ issuer, signal }, { url: issuer.spec.url, token }).get("/health");
  },

  // Return the certificate. What you throw is tried again, but for PermanentError and IssuerError.
  async sign({ request, issuer, secret, idempotencyKey, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    const api = ca.to({ issuer, signal }, { url: issuer.spec.url, token });
    const headers = { "idempotency-key": idempotencyKey };
    return { certificate: (await api.post("/sign", { body: request.csrPem, headers })).text };
  },
});
