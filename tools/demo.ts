import { generateKeyPairSync } from "node:crypto";
import { parseArgs } from "node:util";
import {
  applyObjects,
  CERTIFICATE_REQUESTS,
  CERTIFICATES,
  type ControlPlane,
  certificate,
  installCertManager,
  namespace,
  poll,
  SECRETS,
  startControlPlane,
  tlsSecret,
} from "@countersign/testing";
import { createKeySigner, createSelfSignedCertificate, encodePem } from "@countersign/x509";
import { caIssuer, caIssuers } from "./demo/ca-issuer.ts";
import { printCertificate } from "./demo/print-certificate.ts";
import { printStates } from "./demo/print-states.ts";
import { printProgress, printStep } from "./demo/print-step.ts";
import { serveIssuers } from "./serve-issuers.ts";

const USAGE = `npm run demo [-- --once]

Issues a Certificate on a real control plane, and shows each step. Everything keeps running until
Ctrl-C; with --once it ends by itself.`;

const NAMESPACE = "demo";
const ISSUED_TIMEOUT_MS = 60_000;

/** Runs the demo and returns when everything it started has ended. */
async function demo(options: { once: boolean; signal: AbortSignal }): Promise<void> {
  const { once, signal } = options;
  const common = { progress: printProgress, signal };
  await using controlPlane = await startControlPlane(common);
  await installCertManager(controlPlane, common);
  await printStep("start our issuers as a process with the rights of their manifests", () =>
    serveIssuers(controlPlane, { secretNamespaces: [NAMESPACE] }),
  );
  await issueCertificate(controlPlane, signal);
  if (once) return;
  console.log("\nEverything keeps running until Ctrl-C. To look around:\n");
  console.log(`  export KUBECONFIG=${controlPlane.kubeconfigPath}`);
  console.log(`  kubectl get caissuers,certificates,certificaterequests --namespace ${NAMESPACE}`);
  console.log(`  tail -f ${controlPlane.dir}/logs/issuers.log\n`);
  await ended(AbortSignal.any([signal, controlPlane.failed]));
  controlPlane.failed.throwIfAborted();
}

async function issueCertificate(controlPlane: ControlPlane, signal: AbortSignal): Promise<void> {
  const { client } = controlPlane;
  await applyObjects(client, [namespace(NAMESPACE), await newCaSecret()], { signal });
  console.log("\nApplying CAIssuer team-ca and Certificate web; what happens to them:\n");
  const following = new AbortController();
  const states = printStates(client, [caIssuers, CERTIFICATES, CERTIFICATE_REQUESTS], {
    namespace: NAMESPACE,
    signal: AbortSignal.any([signal, following.signal]),
  });
  const issuer = caIssuer({ namespace: NAMESPACE, name: "team-ca", secretName: "team-ca" });
  await client.apply(caIssuers, issuer, { fieldOwner: "demo", signal });
  await client.create(
    CERTIFICATES,
    certificate({
      namespace: NAMESPACE,
      name: "web",
      commonName: "web.example.com",
      dnsNames: ["web.example.com", "www.example.com"],
      issuerRef: { group: "issuers.countersign.dev", kind: "CAIssuer", name: "team-ca" },
    }),
    { signal },
  );
  try {
    await waitUntilReady(controlPlane, signal);
  } finally {
    following.abort();
    await states;
  }
  const secret = await client.get(SECRETS, { namespace: NAMESPACE, name: "web-tls" }, { signal });
  const entry = (name: string): string =>
    Buffer.from(secret.data[name] ?? "", "base64").toString("utf8");
  console.log(
    `\nThe certificate, as Secret web-tls holds it (${Object.keys(secret.data).join(", ")}):\n`,
  );
  printCertificate(entry("tls.crt"), entry("ca.crt"));
}

async function waitUntilReady({ client }: ControlPlane, signal: AbortSignal): Promise<void> {
  await poll(
    "Certificate web to be Ready",
    async (attempt) => {
      const target = { namespace: NAMESPACE, name: "web" };
      const { status } = await client.get(CERTIFICATES, target, { signal: attempt });
      const isReady = status?.conditions?.some(
        (condition) => condition.type === "Ready" && condition.status === "True",
      );
      return isReady === true ? true : undefined;
    },
    { timeoutMs: ISSUED_TIMEOUT_MS, signal },
  );
}

/** A Secret with a new CA: what a team would bring along. */
async function newCaSecret(): Promise<ReturnType<typeof tlsSecret>> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const der = await createSelfSignedCertificate({
    subject: { commonName: "Team CA", organization: "Countersign demo" },
    signer: createKeySigner(keyPem),
    isCA: true,
    durationMs: 365 * 24 * 3_600_000,
    now: new Date(),
  });
  const certificatePem = encodePem("CERTIFICATE", der);
  return tlsSecret({ namespace: NAMESPACE, name: "team-ca" }, { certificatePem, keyPem });
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Error(`Stopped by ${name}`)));
  }
  return controller.signal;
}

const signal = stopOnSignals();
try {
  const { values } = parseArgs({
    options: {
      once: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else await demo({ once: values.once, signal });
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (signal.aborted) process.exitCode = 130;
  else {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    if (isUsage) console.error(`\n${USAGE}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
