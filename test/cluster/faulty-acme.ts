import type { Client } from "@countersign/kube";
import {
  type CertificateRequest,
  type CertManager,
  type ControlPlane,
  type FakeCa,
  type FakeCaOptions,
  type FaultProxy,
  type InstalledController,
  startFakeCa,
  startFaultProxy,
} from "@countersign/testing";
import {
  ACME_ISSUERS,
  type AcmeIssuer,
  type AcmeOptions,
  createAcmeIssuer,
  serveAcme,
} from "./acme.ts";
import { startPrivateControlPlane } from "./private-control-plane.ts";
import { createRequest } from "./requests.ts";
import { waitForCondition } from "./wait.ts";

/** Everything of a test is here; it has the control plane to itself. */
export const NAMESPACE = "default";

/** An issuer that knows orders, and errors that are the request's or the issuer's. */
export const ORDERING = "test/cluster/ordering-issuer.ts";

const TOKEN = "a token of the test's CA";

/** An issuer's program behind a fault proxy, on a control plane of its own, before a fake CA. */
export interface FaultyAcme extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly certManager: CertManager;
  /** The administrator's, which does not go through the proxy. */
  readonly client: Client;
  readonly proxy: FaultProxy;
  readonly ca: FakeCa;
  readonly program: InstalledController;
}

/** Starts all of it, with a Ready AcmeIssuer called `ca` before the CA. */
export async function startFaultyAcme(
  options: { ca?: Omit<FakeCaOptions, "token"> } & Omit<
    AcmeOptions,
    "secretNamespaces" | "url"
  > = {},
): Promise<FaultyAcme> {
  const { ca: caOptions, ...programOptions } = options;
  await using started = new AsyncDisposableStack();
  const ca = started.use(await startFakeCa({ ...caOptions, token: TOKEN }));
  const { controlPlane, certManager } = await startPrivateControlPlane();
  started.use(controlPlane);
  const proxy = started.use(await startFaultProxy(controlPlane));
  const { client } = controlPlane;
  const program = await serveAcme(controlPlane, {
    ...programOptions,
    secretNamespaces: [NAMESPACE],
    url: proxy.url,
  });
  await createIssuerOf(ca, { client, name: "ca", token: TOKEN });
  await waitForIssuer(client, "ca", "True");
  const kept = started.move();
  return {
    controlPlane,
    certManager,
    client,
    proxy,
    ca,
    program,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Creates an AcmeIssuer before a CA, and its Secret. */
export function createIssuerOf(
  ca: FakeCa,
  issuer: { client: Client; name: string; token?: string },
): Promise<void> {
  const { client, name, token = TOKEN } = issuer;
  return createAcmeIssuer(client, { namespace: NAMESPACE, name, url: ca.url, token });
}

/** Waits until an AcmeIssuer is Ready, or is not. */
export function waitForIssuer(
  client: Client,
  name: string,
  status: "True" | "False",
): Promise<AcmeIssuer> {
  const target = { resource: ACME_ISSUERS, namespace: NAMESPACE, name };
  return waitForCondition(client, target, { type: "Ready", status });
}

/** Creates a CertificateRequest for an AcmeIssuer. */
export function requestFromAcme(
  client: Client,
  name: string,
  options: { issuer?: string; csrPem?: string } = {},
): Promise<CertificateRequest> {
  const { issuer = "ca", ...rest } = options;
  const issuerRef = { group: ACME_ISSUERS.group, kind: ACME_ISSUERS.kind, name: issuer };
  return createRequest(client, { namespace: NAMESPACE, name, issuerRef, ...rest });
}
