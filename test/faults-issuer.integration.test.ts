import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  type FakeCa,
  poll,
  SECRETS,
  secret,
  startFakeCa,
} from "@countersign/testing";
import { ACME_ISSUERS, acmeSecretName } from "./cluster/acme.ts";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  requestFromAcme,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, mintedFor, signCallsOf, waitForIssued } from "./cluster/issued.ts";
import { conditionOf, waitFor } from "./cluster/wait.ts";

const TOKEN = "a token of an issuer of its own";
const REQUESTS = 5;

// What an issuer is changed to while its requests are under way: each request is signed by what the
// issuer is when its turn comes, and once. issuer-lib watches no Secret (G8), and writes without a
// precondition (G5).
describe("requests whose issuer is", () => {
  let acme: FaultyAcme;
  let other: FakeCa;
  before(async () => {
    acme = await startFaultyAcme();
    other = await startFakeCa({ token: TOKEN, commonName: "Other CA" });
  });
  after(async () => {
    await acme[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it("deleted and created anew while they wait are issued by the new one alone", async () => {
    const name = "deleted";
    // Its token is not the CA's.
    await createIssuerOf(acme.ca, { client: acme.client, name, token: TOKEN });
    const requests = await createRequests(name);
    await waitForMessage(requests, "it answered 401");
    await deleteIssuer(name);
    await waitForMessage(requests, "it does not exist");
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await assertIssuedBy(other, requests);
    for (const request of requests) assert.equal(signCallsOf(acme.ca, request).length, 0);
  });

  it("edited while they wait are issued as it is then", async () => {
    const name = "edited";
    await createIssuerOf(acme.ca, { client: acme.client, name, token: TOKEN });
    const requests = await createRequests(name);
    await waitForMessage(requests, "it answered 401");
    await pointTo(other, name);
    await assertIssuedBy(other, requests);
  });

  it("edited while they are signed are issued once, by the one that was asked", async () => {
    const name = "moved";
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await waitForIssuer(acme.client, name, "True");
    const { requests, answer } = await createSigning(other, name);
    await pointTo(acme.ca, name);
    await waitForIssuer(acme.client, name, "False");
    answer();
    await assertIssuedBy(other, requests);
  });

  it("deleted and created anew while they are signed are issued once", async () => {
    const name = "recreated";
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await waitForIssuer(acme.client, name, "True");
    const { requests, answer } = await createSigning(other, name);
    await deleteIssuer(name);
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await waitForIssuer(acme.client, name, "True");
    answer();
    await assertIssuedBy(other, requests);
  });

  it("given its right Secret while they wait are issued without waiting for a backoff", async () => {
    const name = "mended";
    await createIssuerOf(other, { client: acme.client, name, token: "a wrong token" });
    const requests = await createRequests(name);
    await waitForMessage(requests, "it answered 401");
    await rotate(name, TOKEN);
    await assertIssuedBy(other, requests);
  });

  it("given another Secret while they are signed are issued once, with the token that counts", async () => {
    const name = "rotated";
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await waitForIssuer(acme.client, name, "True");
    const { requests, answer } = await createSigning(other, name);
    other.changeToken("new");
    await rotate(name, "new");
    const late = await requestFromAcme(acme.client, "rotated-late", { issuer: name });
    answer();
    await assertIssuedBy(other, [...requests, late]);
    const tokens = new Set(signCallsOf(other, late).map(({ token }) => token));
    assert.ok(tokens.has("new"));
    other.changeToken(TOKEN);
  });

  it("refused with their old token after a rotation are asked for again with the new one", async () => {
    const name = "revoked";
    await createIssuerOf(other, { client: acme.client, name, token: TOKEN });
    await waitForIssuer(acme.client, name, "True");
    other.changeToken("new");
    const requests = await createRequests(name);
    const [first] = requests;
    assert.ok(first);
    await poll("a refusal", async () => signCallsOf(other, first)[0], { timeoutMs: 60_000 });
    await rotate(name, "new");
    for (const request of requests) {
      const { serialHex } = await waitForIssued(acme.client, request);
      const serials = mintedFor(other, request).map((minted) => minted.serialHex);
      assert.deepEqual(serials, [serialHex]);
    }
    other.changeToken(TOKEN);
  });

  function createRequests(issuer: string): Promise<CertificateRequest[]> {
    const names = Array.from({ length: REQUESTS }, (_, index) => `${issuer}-${index}`);
    return Promise.all(names.map((name) => requestFromAcme(acme.client, name, { issuer })));
  }

  /** Requests that the CA has been asked for, and does not answer until it is told. */
  async function createSigning(
    ca: FakeCa,
    issuer: string,
  ): Promise<{ requests: CertificateRequest[]; answer: () => void }> {
    const open = Promise.withResolvers<void>();
    ca.behave(async ({ kind }) => {
      if (kind === "sign") await open.promise;
      return { do: "ok" };
    });
    const requests = await createRequests(issuer);
    const areAsked = (): boolean => requests.every((each) => signCallsOf(ca, each).length > 0);
    await poll("sign()", async () => areAsked() || undefined, { timeoutMs: 60_000 });
    const answer = (): void => {
      ca.behave();
      open.resolve();
    };
    return { requests, answer };
  }

  async function waitForMessage(requests: readonly CertificateRequest[], part: string) {
    for (const { metadata } of requests) {
      const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name: metadata.name };
      await waitFor(acme.client, target, (request) =>
        (conditionOf(request, "Ready")?.message ?? "").includes(part),
      );
    }
  }

  async function deleteIssuer(name: string): Promise<void> {
    await acme.client.delete(ACME_ISSUERS, { namespace: NAMESPACE, name });
    await acme.client.delete(SECRETS, {
      namespace: NAMESPACE,
      name: acmeSecretName(name),
    });
  }

  async function pointTo(ca: FakeCa, name: string): Promise<void> {
    const place = { namespace: NAMESPACE, name };
    await acme.client.mergePatch(ACME_ISSUERS, place, { spec: { url: ca.url } });
  }

  async function rotate(issuer: string, token: string): Promise<void> {
    const place = { namespace: NAMESPACE, name: acmeSecretName(issuer) };
    await acme.client.mergePatch(SECRETS, place, secret(place, { token }));
  }

  async function assertIssuedBy(ca: FakeCa, requests: readonly CertificateRequest[]) {
    for (const request of requests) await assertIssuedOnce({ client: acme.client, ca }, request);
  }
});
