// What an issuer owes cert-manager, on a real API server with the real cert-manager:
// `npm run test:cluster`. The first run builds the servers, which takes minutes; later ones seconds.
import assert from "node:assert/strict";
{{#http}}
import { generateKeyPairSync } from "node:crypto";
{{/http}}
import { after, before, describe, test } from "node:test";
import { type Condition, kindsOf } from "@countersign/issuer";
import type { KubeObject, Resource } from "@countersign/kube";
import {
  applyObjects,
{{#http}}
  CERTIFICATE_REQUESTS,
{{/http}}
  CERTIFICATES,
  certificate,
{{#http}}
  certificateRequest,
{{/http}}
  poll,
  SECRETS,
  secret,
} from "@countersign/testing";
{{#http}}
import { createCsr, createKeySigner, parseCertificates } from "@countersign/x509";
{{/http}}
{{#minimal}}
import { parseCertificates } from "@countersign/x509";
{{/minimal}}
import issuer from "../issuer.ts";
import { type Cluster, HOME, NAME, NAMESPACE, startCluster } from "./cluster.ts";

type Conditioned = KubeObject & { status?: { conditions?: readonly Pick<Condition, "type">[] } };

describe("{{mainKind}}, in a cluster", { timeout: 170_000 }, () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  for (const { kind, group, resource } of kindsOf([issuer])) {
    const issuerRef = { group, kind, name: NAME };
    const place = resource.namespaced ? { namespace: NAMESPACE } : {};
    const prefix = kind.toLowerCase();

    /** Creates a Certificate for a name, and waits until it is Ready. */
    async function issue(name: string, dnsName: string): Promise<void> {
      const { client } = cluster.controlPlane;
      const dnsNames = [dnsName];
      const wanted = certificate({ namespace: NAMESPACE, name, dnsNames, issuerRef });
      await client.create(CERTIFICATES, wanted);
      await waitFor(CERTIFICATES, { namespace: NAMESPACE, name }, "True");
    }

    test(`${kind}: is Ready`, async () => {
      await waitFor(resource, { ...place, name: NAME }, "True");
    });

    test(`${kind}: makes a Certificate Ready, for its names and from the CA`, async () => {
      await issue(`${prefix}-web`, "www.example.com");
      const { client } = cluster.controlPlane;
      const { data } = await client.get(SECRETS, {
        namespace: NAMESPACE,
        name: `${prefix}-web-tls`,
      });
      const [leaf] = parseCertificates(decode(data["tls.crt"]));
      assert.deepEqual(
        leaf?.subjectAltNames.map(({ value }) => value),
        ["www.example.com"],
      );
      assert.equal(decode(data["ca.crt"]), cluster.ca.caPem);
    });
{{#http}}

    test(`${kind}: gets one certificate each of a CA that takes its time`, async () => {
      const before = cluster.ca.minted.length;
      const behaviours = ["order", "busy", "down", "lost"];
      await Promise.all(
        behaviours.map((each) => issue(`${prefix}-${each}`, `${each}.example.com`)),
      );
      assert.equal(cluster.ca.minted.length, before + behaviours.length);
    });

    test(`${kind}: ends a request that the CA refuses, in the CA's words`, async () => {
      const { client } = cluster.controlPlane;
      const name = `${prefix}-refused`;
      const csrPem = await newCsr("refused.example.com");
      const request = certificateRequest({ namespace: NAMESPACE, name, csrPem, issuerRef });
      await client.create(CERTIFICATE_REQUESTS, request);
      const target = { namespace: NAMESPACE, name };
      const ended = await waitFor(CERTIFICATE_REQUESTS, target, "False", "Failed");
      assert.match(ended.message ?? "", /answered 422: this name is not allowed/);
    });
{{/http}}

    test(`${kind}: goes on with a token that has been replaced`, async () => {
      const { ca, controlPlane } = cluster;
      const token = `another-0ne-${prefix}`;
      ca.changeToken(token);
      const target = { namespace: place.namespace ?? HOME, name: NAME };
      await applyObjects(controlPlane.client, [secret(target, { token })]);
      await issue(`${prefix}-rotated`, "rotated.example.com");
      assert.equal(ca.calls.at(-1)?.token, token);
      ca.changeToken("t0p-s3cret");
      await applyObjects(controlPlane.client, [secret(target, { token: "t0p-s3cret" })]);
      await waitFor(resource, { ...place, name: NAME }, "True");
    });
  }

  /** Waits until the condition Ready is as wanted. */
  async function waitFor<T extends Conditioned>(
    resource: Resource<T>,
    target: { namespace?: string; name: string },
    status: "True" | "False",
    reason?: string,
  ): Promise<Condition> {
    const { client } = cluster.controlPlane;
    return poll(
      `${resource.kind} ${target.name} to be Ready=${status}`,
      async (signal) => {
        const object = await client.get(resource, target, { signal });
        const ready = object.status?.conditions?.find(({ type }) => type === "Ready") as
          | Condition
          | undefined;
        const isWanted = ready?.status === status && (reason ?? ready.reason) === ready.reason;
        return isWanted ? ready : undefined;
      },
      { timeoutMs: 60_000 },
    );
  }
});

function decode(base64 = ""): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
{{#http}}

function newCsr(dnsName: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" });
  return createCsr({ subject: {}, dnsNames: [dnsName], signer: createKeySigner(keyPem) });
}
{{/http}}
