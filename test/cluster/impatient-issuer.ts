// The README's issuer, for tests in which calls hang: it gives up on a silent API server after
// seconds, where `run()` waits for minutes, as it should.
import { run, runIssuers } from "@countersign/issuer";
import {
  createClient,
  createTransport,
  type Logger,
  loadKubeconfig,
  stopOnSignals,
} from "@countersign/kube";
import acme from "../../examples/minimal/issuer.ts";
import { IMPATIENCE } from "./impatience.ts";

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
