import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, SECRETS, secret, tlsSecret } from "@countersign/testing";
import { type NewAuthority, newAuthority, newKeyPem } from "./cluster/certificate-authority.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, createIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest } from "./cluster/requests.ts";
import { conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";

const namespace = "issuer-faults";

interface Fault {
  readonly name: string;
  readonly what: string;
  /** Puts the Secret there as it is wrong. */
  readonly create: (client: Client, name: string, authority: NewAuthority) => Promise<unknown>;
  /** What the issuer says, and its requests with it. */
  readonly says: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    name: "missing",
    what: "Secret is missing",
    create: async () => {},
    says: /^Secret issuer-faults\/missing does not exist: create it$/,
  },
  {
    name: "keyless",
    what: "Secret has no key",
    create: (client, name, { certificatePem }) =>
      client.create(SECRETS, secret({ namespace, name }, { "tls.crt": certificatePem })),
    says: /^Secret issuer-faults\/keyless has no entry tls\.key: add it$/,
  },
  {
    name: "mismatched",
    what: "Secret has the key of another certificate",
    create: (client, name, { certificatePem }) =>
      client.create(
        SECRETS,
        secret({ namespace, name }, { "tls.crt": certificatePem, "tls.key": newKeyPem() }),
      ),
    says: /^Secret issuer-faults\/mismatched: tls\.key is not the key of the certificate in tls\.crt \(CN=mismatched\): put the two together that belong together$/,
  },
  {
    name: "garbled",
    what: "Secret has a certificate that cannot be read",
    create: (client, name, { keyPem }) =>
      client.create(
        SECRETS,
        secret({ namespace, name }, { "tls.crt": "words", "tls.key": keyPem }),
      ),
    says: /^Secret issuer-faults\/garbled: tls\.crt cannot be used: /,
  },
];

describe("an issuer whose", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster[Symbol.asyncDispose]());

  for (const { name, what, create, says } of FAULTS) {
    it(`${what} says so, and its requests wait and go on when it is mended`, async () => {
      const { client } = cluster;
      const authority = await newAuthority(name);
      await create(client, name, authority);
      await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
      const issuerRef = { group: GROUP, kind: "CAIssuer", name };
      await createRequest(client, { namespace, name, issuerRef });

      const issuer = { resource: CA_KINDS.CAIssuer.resource, namespace, name };
      const notReady = await waitForCondition(client, issuer, { type: "Ready", status: "False" });
      assert.match(conditionOf(notReady, "Ready")?.message ?? "", says);
      const request = { resource: CERTIFICATE_REQUESTS, namespace, name };
      await waitFor(client, request, (object) => {
        const message = conditionOf(object, "Ready")?.message ?? "";
        const start = `Waiting for CAIssuer ${namespace}/${name}, which is not ready: `;
        return message.startsWith(start) && says.test(message.slice(start.length));
      });

      // The type of a Secret cannot change: it is made anew, as a team would.
      await client.delete(SECRETS, { namespace, name }).catch(() => {});
      await client.create(SECRETS, tlsSecret({ namespace, name }, authority));
      await waitForCondition(client, request, { type: "Ready", status: "True", reason: "Issued" });
    });
  }

  it("Secret is replaced by another CA's issues from that one", async () => {
    const { client } = cluster;
    const name = "rotated";
    await client.create(SECRETS, tlsSecret({ namespace, name }, await newAuthority("first")));
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
    const issuer = { resource: CA_KINDS.CAIssuer.resource, namespace, name };
    await waitForCondition(client, issuer, { type: "Ready", status: "True" });
    const second = await newAuthority("second");
    await client.mergePatch(SECRETS, { namespace, name }, tlsSecret({ namespace, name }, second));
    const issuerRef = { group: GROUP, kind: "CAIssuer", name };
    await createRequest(client, { namespace, name, issuerRef });
    const request = { resource: CERTIFICATE_REQUESTS, namespace, name };
    const issued = await waitForCondition(client, request, { type: "Ready", status: "True" });
    const caPem = Buffer.from(issued.status?.ca ?? "", "base64").toString();
    assert.equal(caPem, second.certificatePem);
  });
});
