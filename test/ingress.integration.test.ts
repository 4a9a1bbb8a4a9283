import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { INGRESSES, ingress, SECRETS } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, type CaKind, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { waitFor } from "./cluster/wait.ts";

const namespace = "ingresses";

describe("an Ingress with cert-manager's annotations", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster[Symbol.asyncDispose]());

  for (const kind of Object.keys(CA_KINDS) as CaKind[]) {
    it(`gets its Secret from a ${kind}`, async () => {
      const { client } = cluster;
      const name = `shop-${kind.toLowerCase()}`;
      await createCaIssuer(client, { kind, namespace, name });
      await client.create(
        INGRESSES,
        ingress({
          namespace,
          name,
          hosts: ["shop.example.com"],
          annotations: {
            "cert-manager.io/issuer": name,
            "cert-manager.io/issuer-kind": kind,
            "cert-manager.io/issuer-group": GROUP,
          },
        }),
      );
      const target = { resource: SECRETS, namespace, name: `${name}-tls` };
      const { data } = await waitFor(client, target, (secret) => "tls.crt" in secret.data);
      const [leaf] = parseCertificates(Buffer.from(data["tls.crt"] ?? "", "base64").toString());
      assert.equal(leaf?.issuer, `CN=${name}`);
      assert.deepEqual(
        leaf?.subjectAltNames.map(({ kind, value }) => `${kind}:${value}`),
        ["dns:shop.example.com"],
      );
      assert.ok(data["ca.crt"]);
    });
  }
});
