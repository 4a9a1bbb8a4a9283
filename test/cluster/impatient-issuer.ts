// The README's issuer, for tests in which calls hang: it gives up on a silent API server after
// seconds, where `run()` waits for minutes, as it should.
import { defineIssuer, run, runIssuers } from "@countersign/issuer";
import {
  createClient,
  createTransport,
  type Logger,
  loadKubeconfig,
  stopOnSignals,
} from "@countersign/kube";
import * as z from "zod";
import { IMPATIENCE } from "./impatience.ts";

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

  async sign({ request, issuer, secret, idempotencyKey, signal }) {
    const token = (await secret(issuer.spec.authSecretName)).text("token");
    const headers = { authorization: `Bearer ${token}`, "idempotency-key": idempotencyKey };
    const sign = new URL("/sign", issuer.spec.url);
    const answer = await fetch(sign, { method: "POST", headers, body: request.csrPem, signal });
    if (!answer.ok) throw new Error(`The CA answered ${answer.status}: ${await answer.text()}`);
    return { certificate: await answer.text() };
  },
});

const say = (fields: object, message: string): void =>
  console.log(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: () => {}, info: say, warn: say, error: say };

if (process.argv[2] === "manifests") await run(acme);
else {
  const transport = createTransport(await loadKubeconfig(), IMPATIENCE);
  const signal = stopOnSignals(() => {});
  await runIssuers({ definitions: [acme], client: createClient(transport), logger, signal });
  await transport.close();
}
