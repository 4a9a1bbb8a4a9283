import { defineIssuer, run } from "@countersign/issuer";
import * as z from "zod";

const acme = defineIssuer({
  group: "acme.example.com",
  version: "v1alpha1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({ url: z.url(), authSecretName: z.string() }),

  async check({ issuer, secret, signal }) {
    const headers = {
      authorization: `Bearer ${(await secret(issuer.spec.authSecretName)).text("token")}`,
    };
    const answer = await fetch(new URL("/health", issuer.spec.url), { headers, signal });
    if (!answer.ok) throw new Error(`The CA is not healthy: it answered ${answer.status}`);
  },

  async sign({ request, issuer, secret, idempotencyKey, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    const headers = { authorization: `Bearer ${token}`, "idempotency-key": idempotencyKey };
    const sign = new URL("/sign", issuer.spec.url);
    const answer = await fetch(sign, { method: "POST", headers, body: request.csrPem, signal });
    if (!answer.ok) throw new Error(`The CA answered ${answer.status}: ${await answer.text()}`);
    return { certificate: await answer.text() };
  },
});

export default acme;

if (import.meta.main) await run(acme);
