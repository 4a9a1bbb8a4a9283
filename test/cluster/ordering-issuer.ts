import { defineIssuer, IssuerError, PermanentError, pending, run } from "@countersign/issuer";
import * as z from "zod";

// An AcmeIssuer with every outcome that an author can give, as the fake CA's answers tell them:
// 202 is an order, Retry-After is kept, 401 and 403 are the issuer's fault, 422 is the request's.
const acme = defineIssuer({
  group: "acme.example.com",
  version: "v1alpha1",
  kinds: { issuer: "AcmeIssuer" },
  spec: z.object({ url: z.url(), authSecretName: z.string() }),

  async check({ issuer, secret, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(new URL("/health", issuer.spec.url), { headers, signal });
    if (!answer.ok) throw new Error(`The CA is not healthy: it answered ${answer.status}`);
  },

  async sign({ request, issuer, secret, order, idempotencyKey, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    const headers = { authorization: `Bearer ${token}`, "idempotency-key": idempotencyKey };
    const path = order === undefined ? "/sign" : `/orders/${order}`;
    const asking = order === undefined ? { method: "POST", body: request.csrPem } : {};
    const answer = await fetch(new URL(path, issuer.spec.url), { ...asking, headers, signal });
    const said = await answer.text();
    if (answer.status === 202) return pending({ order: said, retryAfterMs: 500 });
    if (answer.ok) return { certificate: said };
    const message = `The CA answered ${answer.status}: ${said}`;
    if (answer.status === 422) throw new PermanentError(message);
    if (answer.status === 401 || answer.status === 403) throw new IssuerError(message);
    const retryAfterMs = Number(answer.headers.get("retry-after")) * 1_000;
    throw Object.assign(new Error(message), retryAfterMs > 0 ? { retryAfterMs } : {});
  },
});

await run(acme);
