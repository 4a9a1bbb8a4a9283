import { type CheckContext, defineIssuer, pending } from "@countersign/issuer";
import { type CaConnection, createCaClient } from "@countersign/issuer/http";
import * as z from "zod";

const spec = z.object({
  url: z.url().describe("Where the CA's API is: https://ca.example.com/v1"),
  authSecretName: z.string().min(1).describe("The Secret whose entry `token` the CA knows us by"),
});

const ca = createCaClient();

async function connect(context: CheckContext<z.output<typeof spec>>): Promise<CaConnection> {
  const { url, authSecretName } = context.issuer.spec;
  return ca.to(context, { url, token: (await context.secret(authSecretName)).text("token") });
}

export default defineIssuer({
  group: "sample-issuer.example.com",
  version: "v1alpha1",
  kinds: { issuer: "SampleIssuer", clusterIssuer: "SampleClusterIssuer" },
  spec,

  async check(context) {
    await (await connect(context)).get("/health");
  },

  async sign(context) {
    const api = await connect(context);
    const { request, order, idempotencyKey } = context;
    const headers = { "idempotency-key": idempotencyKey };
    const answer =
      order === undefined
        ? await api.post("/sign", { body: request.csrPem, headers })
        : await api.get(`/orders/${order}`, { on: { 404: "permanent" } });
    const { status, text, retryAfterMs = 2_000 } = answer;
    return status === 202 ? pending({ order: text, retryAfterMs }) : { certificate: text };
  },
});
