import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection } from "./connection.ts";
import { type KubeconfigOptions, loadKubeconfig } from "./kubeconfig.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n";
const PEM_BASE64 = Buffer.from(PEM).toString("base64");
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Loads from these files and nothing else. */
function load(
  files: Readonly<Record<string, string>>,
  options: Omit<KubeconfigOptions, "readFile"> = {},
): Promise<Connection> {
  return loadKubeconfig({
    path: "/k/config",
    env: {},
    ...options,
    readFile: async (path) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    },
  });
}

/** As `load`, without a path: by the search order. */
function search(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<Connection> {
  return loadKubeconfig({
    env,
    readFile: async (path) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    },
  });
}

/** A kubeconfig with one context; `cluster` and `user` are YAML flow maps. */
function config({
  cluster = "{ server: 'https://c:6443' }",
  user = "{}",
}: {
  cluster?: string;
  user?: string;
} = {}): string {
  return `
apiVersion: v1
kind: Config
current-context: main
contexts: [{ name: main, context: { cluster: c, user: u, namespace: team } }]
clusters: [{ name: c, cluster: ${cluster} }]
users: [{ name: u, user: ${user} }]
`;
}

describe("loadKubeconfig(): what a context says", () => {
  it("gives the server, the namespace and nobody as identity", async () => {
    assert.deepEqual(await load({ "/k/config": config() }), {
      server: "https://c:6443",
      insecureSkipTlsVerify: false,
      namespace: "team",
      identity: { type: "none" },
    });
  });

  it("reads all that a cluster can say", async () => {
    const cluster = `{ server: 'https://c:6443/k8s/c-1/', certificate-authority-data: ${PEM_BASE64},
      tls-server-name: kubernetes, proxy-url: 'http://proxy:3128' }`;
    const { server, caPem, tlsServerName, proxyUrl } = await load({
      "/k/config": config({ cluster }),
    });
    assert.deepEqual(
      { server, caPem, tlsServerName, proxyUrl },
      {
        server: "https://c:6443/k8s/c-1",
        caPem: PEM,
        tlsServerName: "kubernetes",
        proxyUrl: "http://proxy:3128",
      },
    );
  });

  it("starts relative paths at the folder of the file", async () => {
    const cluster = "{ server: 'https://c', certificate-authority: pki/ca.crt }";
    const user = "{ client-certificate: ../me.crt, client-key: /keys/me.key, tokenFile: token }";
    const connection = await load({
      "/k/config": config({ cluster, user }),
      "/k/pki/ca.crt": PEM,
      "/me.crt": PEM,
      "/keys/me.key": KEY,
    });
    assert.equal(connection.caPem, PEM);
    assert.deepEqual(connection.clientCertificate, { certPem: PEM, keyPem: KEY });
    assert.deepEqual(connection.tlsFiles, {
      ca: "/k/pki/ca.crt",
      clientCertificate: { certificate: "/me.crt", key: "/keys/me.key" },
    });
    assert.deepEqual(connection.identity, { type: "tokenFile", path: "/k/token" });
  });

  const identities = [
    { user: "{ token: t }", identity: { type: "token", token: "t" } },
    {
      user: "{ token: t, tokenFile: /t }",
      identity: { type: "tokenFile", path: "/t" },
    },
    {
      user: "{ username: me, password: p }",
      identity: { type: "basic", username: "me", password: "p" },
    },
  ];
  for (const { user, identity } of identities) {
    it(`reads user ${user}`, async () => {
      assert.deepEqual((await load({ "/k/config": config({ user }) })).identity, identity);
    });
  }

  it("reads an exec plugin, with the cluster where it asks for it", async () => {
    const cluster = `{ server: 'https://c', certificate-authority-data: ${PEM_BASE64}, extensions: [
      { name: client.authentication.k8s.io/exec, extension: { audience: a } }] }`;
    const user = `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: bin/login,
      args: [get, token], env: [{ name: REGION, value: eu }], installHint: brew install login,
      provideClusterInfo: true, interactiveMode: IfAvailable } }`;
    const { identity } = await load(
      { "/k/config": config({ cluster, user }) },
      { env: { PATH: "/bin", REGION: "us" } },
    );
    assert.deepEqual(identity, {
      type: "exec",
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/k/bin/login",
      args: ["get", "token"],
      env: { PATH: "/bin", REGION: "eu" },
      installHint: "brew install login",
      cluster: {
        server: "https://c",
        "certificate-authority-data": PEM_BASE64,
        config: { audience: "a" },
      },
    });
  });

  it("chooses the context that is asked for", async () => {
    const text = `
contexts: [{ name: a, context: { cluster: a } }, { name: b, context: { cluster: b } }]
clusters: [{ name: a, cluster: { server: 'http://a' } }, { name: b, cluster: { server: 'http://b' } }]`;
    const { server, identity } = await load({ "/k/config": text }, { context: "b" });
    assert.equal(server, "http://b");
    assert.deepEqual(identity, { type: "none" });
  });
});

describe("loadKubeconfig(): what cannot be used", () => {
  const rows: {
    name: string;
    text: string;
    context?: string;
    code: string;
    message: string;
  }[] = [
    {
      name: "an unknown context",
      text: config(),
      context: "other",
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot find context other in the kubeconfig, must be one of main",
    },
    {
      name: "no current context",
      text: config().replace("current-context: main", ""),
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot choose a context: none is current, must be one of main",
    },
    {
      name: "an unknown cluster",
      text: config().replace("cluster: c,", "cluster: d,"),
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot find cluster d in the kubeconfig, must be one of c",
    },
    {
      name: "an unknown user",
      text: config().replace("user: u,", "user: v,"),
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot find user v in the kubeconfig, must be one of u",
    },
    {
      name: "a server without a scheme",
      text: config({ cluster: "{ server: 'c:6443' }" }),
      code: "ERR_KUBECONFIG_INVALID",
      message:
        "Cannot use cluster c of kubeconfig /k/config: server is c:6443, must be an http:// or https:// URL",
    },
    {
      name: "bad base64",
      text: config({ cluster: "{ server: 'https://c', certificate-authority-data: '*secret*' }" }),
      code: "ERR_KUBECONFIG_INVALID",
      message:
        "Cannot use cluster c of kubeconfig /k/config: certificate-authority-data is not base64",
    },
    {
      name: "base64 of something else",
      text: config({ user: "{ client-certificate-data: aGVsbG8= }" }),
      code: "ERR_KUBECONFIG_INVALID",
      message:
        "Cannot use user u of kubeconfig /k/config: client-certificate-data is not base64 of PEM",
    },
    {
      name: "a CA file that is missing",
      text: config({ cluster: "{ server: 'https://c', certificate-authority: ca.crt }" }),
      code: "ERR_KUBECONFIG_UNREADABLE",
      message:
        "Cannot use cluster c of kubeconfig /k/config: cannot read certificate-authority /k/ca.crt: ENOENT",
    },
    {
      name: "a certificate without its key",
      text: config({ user: `{ client-certificate-data: ${PEM_BASE64} }` }),
      code: "ERR_KUBECONFIG_INVALID",
      message:
        "Cannot use user u of kubeconfig /k/config: client-certificate and client-key must come together",
    },
    {
      name: "verification switched off beside a CA",
      text: config({
        cluster: `{ server: 'https://c', insecure-skip-tls-verify: true, certificate-authority-data: ${PEM_BASE64} }`,
      }),
      code: "ERR_KUBECONFIG_INVALID",
      message:
        "Cannot use cluster c of kubeconfig /k/config: insecure-skip-tls-verify excludes a certificate-authority",
    },
    {
      name: "an auth-provider",
      text: config({ user: "{ auth-provider: { name: oidc } }" }),
      code: "ERR_KUBECONFIG_UNSUPPORTED",
      message:
        "Cannot use user u of kubeconfig /k/config: auth-provider is not supported, use an exec plugin (kubelogin for OIDC)",
    },
    {
      name: "impersonation, which would otherwise be more rights than meant",
      text: config({ user: "{ token: t, as: somebody }" }),
      code: "ERR_KUBECONFIG_UNSUPPORTED",
      message: "Cannot use user u of kubeconfig /k/config: impersonation (as) is not supported",
    },
    {
      name: "a plugin that needs a terminal",
      text: config({
        user: "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always } }",
      }),
      code: "ERR_KUBECONFIG_UNSUPPORTED",
      message:
        "Cannot use exec of user u of kubeconfig /k/config: interactiveMode is Always, must be IfAvailable or Never: there is no terminal",
    },
    {
      name: "a plugin of an old protocol",
      text: config({
        user: "{ exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: x } }",
      }),
      code: "ERR_KUBECONFIG_UNSUPPORTED",
      message:
        "Cannot use exec of user u of kubeconfig /k/config: apiVersion is client.authentication.k8s.io/v1alpha1, must be one of client.authentication.k8s.io/v1, client.authentication.k8s.io/v1beta1",
    },
    {
      name: "a field of the wrong type",
      text: config({ user: "{ token: 12345 }" }),
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot use user u of kubeconfig /k/config: token must be a string",
    },
    {
      name: "a list that is none",
      text: "contexts: { a: b }",
      code: "ERR_KUBECONFIG_INVALID",
      message: "Cannot read kubeconfig /k/config: contexts must be a list",
    },
  ];
  for (const { name, text, context, code, message } of rows) {
    it(`rejects ${name}`, async () => {
      const options = context === undefined ? {} : { context };
      await assert.rejects(load({ "/k/config": text }, options), {
        name: "KubeconfigError",
        code,
        message,
      });
    });
  }

  it("names the line of a YAML error and quotes nothing of it", async () => {
    const text = 'users:\n- name: u\n  user: { token: "s3cret\n';
    await assert.rejects(load({ "/k/config": text }), (error: Error) => {
      assert.match(error.message, /^Cannot read kubeconfig \/k\/config: line \d is not YAML/);
      assert.ok(!error.message.includes("s3cret"));
      assert.equal(error.cause, undefined);
      return true;
    });
  });
});

describe("loadKubeconfig(): where it looks", () => {
  const cluster = (host: string) => config({ cluster: `{ server: 'https://${host}' }` });
  const pod = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const podFiles = {
    [`${SERVICE_ACCOUNT}/token`]: "t\n",
    [`${SERVICE_ACCOUNT}/ca.crt`]: PEM,
    [`${SERVICE_ACCOUNT}/namespace`]: "issuers\n",
  };
  const files = {
    "/k/config": cluster("path"),
    "/e/config": cluster("env"),
    "/home/me/.kube/config": cluster("home"),
    ...podFiles,
  };

  it("prefers the path it is given", async () => {
    const connection = await load(files, { env: { KUBECONFIG: "/e/config", ...pod } });
    assert.equal(connection.server, "https://path");
  });

  it("then KUBECONFIG, then the pod, then home", async () => {
    const home = { HOME: "/home/me" };
    const found = await Promise.all([
      search(files, { KUBECONFIG: "/e/config", ...pod, ...home }),
      search(files, { ...pod, ...home }),
      search(files, home),
    ]);
    assert.deepEqual(
      found.map(({ server }) => server),
      ["https://env", "https://10.0.0.1:443", "https://home"],
    );
  });

  it("gives a pod its service account, with the paths of token and CA", async () => {
    assert.deepEqual(await search(podFiles, { ...pod, KUBERNETES_SERVICE_HOST: "fd00::1" }), {
      server: "https://[fd00::1]:443",
      caPem: PEM,
      tlsFiles: { ca: `${SERVICE_ACCOUNT}/ca.crt` },
      insecureSkipTlsVerify: false,
      namespace: "issuers",
      identity: { type: "tokenFile", path: `${SERVICE_ACCOUNT}/token` },
    });
  });

  it("merges the files of KUBECONFIG: the first that says something wins", async () => {
    const first = `
current-context: main
clusters: [{ name: c, cluster: { server: 'https://first' } }]`;
    const second = config({ user: "{ token: t }" });
    const connection = await search(
      { "/a/1": first, "/a/2": second },
      { KUBECONFIG: "/a/missing:/a/1:/a/2" },
    );
    assert.equal(connection.server, "https://first");
    assert.deepEqual(connection.identity, { type: "token", token: "t" });
  });

  it("looks no further when KUBECONFIG names files that do not exist", async () => {
    await assert.rejects(search(files, { KUBECONFIG: "/no/1:/no/2", ...pod, HOME: "/home/me" }), {
      code: "ERR_KUBECONFIG_NOT_FOUND",
      message:
        "Cannot find a Kubernetes API server to connect to. Looked at: /no/1 (does not exist); /no/2 (does not exist)",
    });
  });

  it("lists all it looked at when there is nothing", async () => {
    await assert.rejects(search({}, { ...pod, HOME: "/home/me" }), {
      code: "ERR_KUBECONFIG_NOT_FOUND",
      message:
        "Cannot find a Kubernetes API server to connect to. Looked at: KUBECONFIG (not set); " +
        `in-cluster (cannot read the token and CA in ${SERVICE_ACCOUNT}: ENOENT); ` +
        "/home/me/.kube/config (does not exist)",
    });
  });
});
