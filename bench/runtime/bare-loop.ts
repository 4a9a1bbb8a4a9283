// The limit that an issuer can be measured by: the same two writes for each request of a namespace,
// with a certificate that was made before, and no controller, cache or decision. Argument: namespace.
import {
  createClient,
  createTransport,
  EVENTS,
  type KubeEvent,
  loadKubeconfig,
} from "@countersign/kube";
import { CERTIFICATE_REQUESTS, type CertificateRequest } from "@countersign/testing";
import { newAuthority } from "../../test/cluster/certificate-authority.ts";

/** As many as our program reconciles, and its transport has connections. */
const WRITERS = 32;

const [namespace = ""] = process.argv.slice(2);
const { certificatePem } = await newAuthority("bare loop");
const certificate = Buffer.from(certificatePem).toString("base64");
const transport = createTransport(await loadKubeconfig());
const client = createClient(transport);

const { items } = await client.list(CERTIFICATE_REQUESTS, { namespace });
const waiting = items.values();

/** Events follow one after the other on a lane of their own, as our recorder writes them. */
let lane: Promise<unknown> = Promise.resolve();

await Promise.all(Array.from({ length: WRITERS }, write));
await lane;
await transport.close();

async function write(): Promise<void> {
  for (const request of waiting) {
    const { name, resourceVersion } = request.metadata;
    const status = {
      certificate,
      ca: certificate,
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Issued",
          message: "The certificate has been issued",
          lastTransitionTime: new Date().toISOString(),
        } as const,
      ],
    };
    const metadata = { namespace, name, ...(resourceVersion && { resourceVersion }) };
    await client.applyStatus(
      CERTIFICATE_REQUESTS,
      { metadata, status },
      { fieldOwner: "bare-loop" },
    );
    lane = lane.then(() => client.create(EVENTS, eventOf(request)));
  }
}

function eventOf({ apiVersion, kind, metadata }: CertificateRequest): KubeEvent {
  const { name, uid } = metadata;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace, name: `${name}.${uid}` },
    eventTime: new Date().toISOString().replace("Z", "000Z"),
    reportingController: "bare-loop",
    reportingInstance: "bare-loop",
    regarding: { apiVersion, kind, namespace, name, uid },
    type: "Normal",
    action: "Sign",
    reason: "Issued",
    note: "The certificate has been issued",
  };
}
