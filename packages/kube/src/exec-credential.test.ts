import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientCertificate, ExecPlugin } from "./connection.ts";
import { ExecCredentials } from "./exec-credential.ts";

const V1 = "client.authentication.k8s.io/v1";
const PLUGIN: ExecPlugin = {
  apiVersion: V1,
  command: "login",
  args: ["get", "--secret=hunter2"],
  env: { PATH: "/bin" },
  installHint: "Install it from example.com/login",
};

function printed(status: Readonly<Record<string, unknown>>, apiVersion = V1): string {
  return JSON.stringify({ apiVersion, kind: "ExecCredential", status });
}

/** What the plugin prints next, how often it ran, and a clock. */
function createPlugin(
  options: { plugin?: ExecPlugin; clientCertificate?: ClientCertificate } = {},
) {
  const state = {
    prints: "" as string | Error,
    runs: [] as { command: string; args: readonly string[]; env: Record<string, unknown> }[],
    now: Date.UTC(2026, 0, 1),
  };
  const credentials = new ExecCredentials(options.plugin ?? PLUGIN, {
    clientCertificate: options.clientCertificate,
    run: async (command, { args, env }) => {
      state.runs.push({ command, args, env });
      if (state.prints instanceof Error) throw state.prints;
      return state.prints;
    },
    now: () => state.now,
  });
  const in_ = (seconds: number) => new Date(state.now + seconds * 1_000).toISOString();
  return { state, credentials, in_ };
}

describe("ExecCredentials", () => {
  it("headers() runs the plugin once for all who wait", async () => {
    const { state, credentials } = createPlugin();
    state.prints = printed({ token: "t" });
    const [first, second] = await Promise.all([credentials.headers(), credentials.headers()]);
    assert.deepEqual(first, { authorization: "Bearer t" });
    assert.equal(first, second);
    await credentials.headers();
    assert.equal(state.runs.length, 1);
  });

  it("headers() tells the plugin what is asked for", async () => {
    const cluster = { server: "https://c", config: { audience: "a" } };
    const { state, credentials } = createPlugin({ plugin: { ...PLUGIN, cluster } });
    state.prints = printed({ token: "t" });
    await credentials.headers();
    const [run] = state.runs;
    assert.equal(run?.command, "login");
    assert.deepEqual(run?.args, PLUGIN.args);
    assert.equal(run?.env.PATH, "/bin");
    assert.deepEqual(JSON.parse(String(run?.env.KUBERNETES_EXEC_INFO)), {
      apiVersion: V1,
      kind: "ExecCredential",
      spec: { interactive: false, cluster },
    });
  });

  it("headers() replaces a credential a minute before it expires", async () => {
    const { state, credentials, in_ } = createPlugin();
    state.prints = printed({ token: "old", expirationTimestamp: in_(3_600) });
    await credentials.headers();
    state.prints = printed({ token: "new", expirationTimestamp: in_(7_200) });
    state.now += 3_539_999;
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer old" });
    state.now += 1;
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer new" });
  });

  it("headers() uses a short credential for four fifths of its life", async () => {
    const { state, credentials, in_ } = createPlugin();
    state.prints = printed({ token: "old", expirationTimestamp: in_(10) });
    await credentials.headers();
    state.now += 7_999;
    await credentials.headers();
    assert.equal(state.runs.length, 1);
    state.now += 1;
    await credentials.headers();
    assert.equal(state.runs.length, 2);
  });

  it("headers() goes on with a credential that holds while the plugin fails", async () => {
    const { state, credentials, in_ } = createPlugin();
    state.prints = printed({ token: "old", expirationTimestamp: in_(3_600) });
    await credentials.headers();
    state.prints = new Error("down");
    state.now += 3_550_000;
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer old" });
    state.now += 9_999;
    await credentials.headers();
    assert.equal(state.runs.length, 2);
    state.now += 50_001;
    await assert.rejects(credentials.headers(), { code: "ERR_CREDENTIALS_EXEC" });
  });

  it("refresh() runs the plugin, unless the refused credential is no longer current", async () => {
    const { state, credentials } = createPlugin();
    state.prints = printed({ token: "old" });
    const refused = await credentials.headers();
    assert.equal(await credentials.refresh(refused), false);
    state.prints = printed({ token: "new" });
    assert.equal(await credentials.refresh(refused), true);
    const { length } = state.runs;
    assert.equal(await credentials.refresh(refused), true);
    assert.equal(state.runs.length, length);
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer new" });
  });

  it("clientCertificate is the plugin's, and the same object until it changes", async () => {
    const own = { certPem: "own", keyPem: "own" };
    const { state, credentials } = createPlugin({ clientCertificate: own });
    assert.equal(credentials.clientCertificate, own);
    state.prints = printed({ clientCertificateData: "c1", clientKeyData: "k1" });
    const refused = await credentials.headers();
    const first = credentials.clientCertificate;
    assert.deepEqual(refused, {});
    assert.deepEqual(first, { certPem: "c1", keyPem: "k1" });
    assert.equal(await credentials.refresh(refused), false);
    assert.equal(credentials.clientCertificate, first);
    state.prints = printed({ clientCertificateData: "c2", clientKeyData: "k2" });
    assert.equal(await credentials.refresh(refused), true);
    assert.deepEqual(credentials.clientCertificate, { certPem: "c2", keyPem: "k2" });
  });

  const failures: { name: string; prints: string | Error; message: string }[] = [
    {
      name: "the command is not found",
      prints: Object.assign(new Error("spawn login --secret=hunter2"), { code: "ENOENT" }),
      message: "the command is not found. Install it from example.com/login",
    },
    {
      name: "the plugin fails",
      prints: Object.assign(new Error("Command failed: login --secret=hunter2"), { code: 3 }),
      message: "it ended with status 3; see what it wrote to stderr",
    },
    {
      name: "the plugin takes too long",
      prints: Object.assign(new Error("aborted"), { code: "ABORT_ERR" }),
      message: "it did not end in time",
    },
    { name: "it prints no JSON", prints: "hunter2", message: "it printed no ExecCredential" },
    { name: "it prints null", prints: "null", message: "it printed no ExecCredential" },
    {
      name: "it speaks another version",
      prints: printed({ token: "hunter2" }, "client.authentication.k8s.io/v1beta1"),
      message: `it printed apiVersion client.authentication.k8s.io/v1beta1, the kubeconfig says ${V1}`,
    },
    {
      name: "it prints no credential",
      prints: printed({}),
      message: "it printed neither a token nor a client certificate",
    },
    {
      name: "it prints half a certificate",
      prints: printed({ clientKeyData: "hunter2" }),
      message: "it printed only one of clientCertificateData and clientKeyData",
    },
    {
      name: "its expiry is no time",
      prints: printed({ token: "hunter2", expirationTimestamp: "tomorrow" }),
      message: "its expirationTimestamp is no RFC 3339 time",
    },
  ];
  for (const { name, prints, message } of failures) {
    it(`headers() rejects when ${name}, and keeps the secret`, async () => {
      const { state, credentials } = createPlugin();
      state.prints = prints;
      await assert.rejects(credentials.headers(), (error: Error) => {
        assert.equal(error.message, `Cannot get a credential from plugin login: ${message}`);
        assert.equal(error.cause, undefined);
        return true;
      });
    });
  }
});
