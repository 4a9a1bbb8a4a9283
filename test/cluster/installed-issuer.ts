import { defineIssuer, run } from "@countersign/issuer";
import * as z from "zod";

// An issuer that does all that an issuer can: both kinds, Secrets and ConfigMaps. The CA is the fake
// one, which speaks as the smallest issuer does.
const acme = defineIssuer({
  group: "acme.example.com",
  version: "v1alpha1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({
    url: z.url(),
    authSecretName: z.string(),
    configMapName: z.string().optional(),
  }),

  async check({ issuer: { spec }, secret, configMap, signal }) {
    if (spec.configMapName !== undefined) await configMap(spec.configMapName);
    const authorization = `Bearer ${(await secret(spec.authSecretName)).text("token")}`;
    const answer = await fetch(new URL("/health", spec.url), {
      headers: { authorization },
      signal,
    });
    if (!answer.ok) throw new Error(`The CA is not healthy: it answered ${answer.status}`);
  },

  async sign({ request, issuer: { spec }, secret, idempotencyKey, signal }) {
    const authorization = `Bearer ${(await secret(spec.authSecretName)).text("token")}`;
    const answer = await fetch(new URL("/sign", spec.url), {
      method: "POST",
      headers: { authorization, "idempotency-key": idempotencyKey },
      body: request.csrPem,
      signal,
    });
    if (!answer.ok) throw new Error(`The CA answered ${answer.status}`);
    return { certificate: await answer.text() };
  },
});

await run(acme);
