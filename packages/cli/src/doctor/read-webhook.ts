import { generateKeyPairSync } from "node:crypto";
import { certificateRequests } from "@countersign/issuer";
import { type Client, defineResource, isApiError, type KubeObject } from "@countersign/kube";
import { createCsr, createKeySigner } from "@countersign/x509";
import { look, objectIn } from "../cluster/seen.ts";
import type { ConfiguredWebhook, DryRun, WebhookSnapshot } from "./snapshot.ts";

interface ValidatingWebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly clientConfig: {
      readonly caBundle?: string;
      readonly service?: { readonly namespace: string; readonly name: string };
    };
    readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
  }[];
}

const configurations = defineResource<ValidatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
});

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}

const endpointSlices = defineResource<EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
});

/** Reads what is configured for cert-manager's objects, and asks the API server to admit one. */
export async function readWebhook(client: Client, signal: AbortSignal): Promise<WebhookSnapshot> {
  const right = "list validatingwebhookconfigurations.admissionregistration.k8s.io";
  const [found, dryRun] = await Promise.all([
    look(right, async () => {
      const { items } = await client.list(configurations, { signal });
      return Promise.all(
        items.filter(isForCertManager).map((each) => readOne(each, client, signal)),
      );
    }),
    tryRequest(client, signal),
  ]);
  return { configurations: found, dryRun };
}

/** approver-policy has one of its own, for its own group alone. */
function isForCertManager({ webhooks = [] }: ValidatingWebhookConfiguration): boolean {
  return webhooks.some(({ rules = [] }) =>
    rules.some(({ apiGroups = [] }) => apiGroups.includes("cert-manager.io")),
  );
}

async function readOne(
  { metadata, webhooks = [] }: ValidatingWebhookConfiguration,
  client: Client,
  signal: AbortSignal,
): Promise<ConfiguredWebhook> {
  const hasCaBundle = webhooks.every(({ clientConfig }) => (clientConfig.caBundle ?? "") !== "");
  const service = webhooks.find(({ clientConfig }) => clientConfig.service)?.clientConfig.service;
  const seen = { name: metadata.name, hasCaBundle };
  if (service === undefined) return seen;
  const { namespace, name } = service;
  const slices = await look(`list endpointslices.discovery.k8s.io in namespace ${namespace}`, () =>
    client.list(endpointSlices, {
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
      signal,
    }),
  );
  const endpoints = objectIn(slices)?.items.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints?.filter(({ conditions }) => conditions?.ready !== false);
  return {
    ...seen,
    service: `${namespace}/${name}`,
    ...(ready === undefined ? {} : { readyEndpoints: ready.length }),
  };
}

/** It is there in every cluster. */
const NAMESPACE = "default";

/** Has the API server validate and admit a request that it does not store. */
async function tryRequest(client: Client, signal: AbortSignal): Promise<DryRun> {
  const request = Buffer.from(await newCsr()).toString("base64");
  const issuerRef = { group: "cert-manager.io", kind: "Issuer", name: "countersign-doctor" };
  const metadata = { namespace: NAMESPACE, generateName: "countersign-doctor-" };
  try {
    const options = { dryRun: true, signal };
    await client.create(certificateRequests, { metadata, spec: { request, issuerRef } }, options);
    return { is: "accepted" };
  } catch (error) {
    if (!isApiError(error)) throw error;
    return dryRunOf(error.message, error.code === "Forbidden");
  }
}

/** Tells who has refused it by what the API server says: its own words, or a webhook's. */
export function dryRunOf(message: string, isForbidden: boolean): DryRun {
  const said = /: \d{3} \w+: (.*)$/s.exec(message)?.[1] ?? message;
  if (isForbidden && said.includes("cannot create resource")) {
    const right = `create certificaterequests.cert-manager.io in namespace ${NAMESPACE}`;
    return { is: "notAllowed", right };
  }
  if (said.includes("failed calling webhook")) return { is: "unreachable", message: said };
  return { is: "refused", message: said };
}

function newCsr(): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const dnsNames = ["countersign-doctor.invalid"];
  return createCsr({ subject: {}, dnsNames, signer: createKeySigner(keyPem) });
}
