import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Client, createClient, createTransport, loadKubeconfig } from "@countersign/kube";
import { poll, SECRETS, startFakeCa } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import { stringify } from "yaml";
import { ROOT } from "../tools/command.ts";
import { DevProcess } from "./cluster/dev-process.ts";
import { createDevProject, type DevProject } from "./cluster/dev-project.ts";

const JSON_LINES = ["--output", "json"];

describe("countersign dev on a control plane of its own", () => {
  let project: DevProject;
  before(async () => {
    project = await createDevProject();
  });
  after(() => project[Symbol.asyncDispose]());

  it("--once ends with 0 when the Certificate of the smallest issuer is Ready, and leaves nothing", async () => {
    await using ca = await startFakeCa({ token: "let me in" });
    await project.save("acme.yaml", acmeObjects(ca.url));
    const module = join(ROOT, "examples/minimal/issuer.ts");
    const dev = await DevProcess.start(project.folder, [module, "--once", "--apply", "acme.yaml"]);
    try {
      assert.equal(await dev.ended(), 0, dev.out + dev.err);
      assert.match(dev.err, /✔ start etcd and kube-apiserver \(\d+\.\d s\)\n/);
      assert.match(dev.err, /✔ start cert-manager \(\d+\.\d s\)\n/);
      assert.match(dev.out, /\+\d+\.\d s {2}AcmeIssuer team\/acme: Ready=True, Checked/);
      assert.match(dev.out, /CertificateRequest team\/web-1: Ready=True, Issued/);
      assert.match(dev.out, /\nThe Certificate is Ready\.\n$/);
      assert.equal(ca.minted.length, 1);
      await dev.assertNothingIsLeft();
    } finally {
      await dev.kill();
    }
  });

  it("follows what is saved: new code signs, a new schema is applied, a fault is told and the issuer goes on", async () => {
    await project.saveCertificate("first");
    const dev = await DevProcess.start(project.folder, ["--apply", "samples", ...JSON_LINES]);
    try {
      const { message } = await dev.line("note", /export KUBECONFIG=/);
      const kubeconfig = /KUBECONFIG=(\S+)/.exec(String(message))?.[1] ?? "";
      await using cluster = await connectTo(kubeconfig);
      await cluster.issuedBy("first", "CA one");

      // The module imports it: it is watched as well. The definition is another one, too.
      await project.save("ca-name.ts", 'export const CA_NAME = "CA two";\n');
      await edit(
        project.at("issuer.ts"),
        "outOfOrder:",
        "note: z.string().optional(), outOfOrder:",
      );
      await dev.line("note", /Started the issuer again: .*ca-name\.ts/);
      await project.save("samples/issuer.yaml", issuerYaml({ note: "kept" }));
      await project.saveCertificate("second");
      await cluster.issuedBy("second", "CA two");
      assert.equal(await cluster.noteOfIssuer(), "kept");

      const seen = dev.lines().length;
      await edit(project.at("issuer.ts"), "defineIssuer({", "defineIssuer({ = ");
      const trouble = await dev.line("trouble", /Cannot load definition issuer\.ts/, seen);
      assert.match(String(trouble.message), /\(issuer\.ts:6\)/);
      assert.match(String(trouble.message), /The issuer goes on as it was/);
      await project.saveCertificate("third");
      await cluster.issuedBy("third", "CA two");

      await edit(project.at("issuer.ts"), "defineIssuer({ = ", "defineIssuer({");
      await project.save("ca-name.ts", 'export const CA_NAME = "CA three";\n');
      await dev.line("note", /Started the issuer again/, seen);
      await project.saveCertificate("fourth");
      await cluster.issuedBy("fourth", "CA three");

      assert.ok(dev.processes().length >= 4, "etcd, kube-apiserver and cert-manager's two");
      dev.signal("SIGINT");
      assert.equal(await dev.ended(), 0, dev.out + dev.err);
      assert.deepEqual(dev.lines().at(-1), { type: "result", isOk: true });
      await dev.assertNothingIsLeft();
    } finally {
      await dev.kill();
    }
  });

  it("leaves nothing when it is interrupted while it starts", async () => {
    const dev = await DevProcess.start(project.folder, JSON_LINES);
    try {
      await dev.line("step", /start cert-manager/);
      assert.ok(dev.processes().length >= 2, "etcd and kube-apiserver");
      dev.signal("SIGINT");
      assert.equal(await dev.ended(), 0, dev.out + dev.err);
      await dev.assertNothingIsLeft();
    } finally {
      await dev.kill();
    }
  });
});

/** What a look at the cluster of a `countersign dev` takes. */
interface Look extends AsyncDisposable {
  issuedBy(certificate: string, caName: string): Promise<void>;
  noteOfIssuer(): Promise<unknown>;
}

async function connectTo(path: string): Promise<Look> {
  const transport = createTransport(await loadKubeconfig({ path }));
  const client: Client = createClient(transport);
  return {
    issuedBy: async (certificate, caName) => {
      const pem = await poll(
        `Secret ${certificate}-tls`,
        async (signal) => {
          const target = { namespace: "default", name: `${certificate}-tls` };
          const secret = await client.get(SECRETS, target, { signal });
          return secret.data["tls.crt"];
        },
        { timeoutMs: 60_000 },
      );
      const [leaf] = parseCertificates(Buffer.from(pem, "base64").toString("utf8"));
      assert.equal(leaf?.issuer, `CN=${caName}`);
    },
    noteOfIssuer: async () => {
      const path = "/apis/dev.example.com/v1alpha1/namespaces/default/devissuers/test";
      return ((await client.getPath(path)) as { spec: { note?: string } }).spec.note;
    },
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

async function edit(path: string, before: string, after: string): Promise<void> {
  const text = await readFile(path, "utf8");
  assert.ok(text.includes(before), `${path} has no ${before}`);
  await writeFile(
    path,
    text.replace(before, () => after),
  );
}

function issuerYaml(spec: object): string {
  const metadata = { name: "test" };
  return stringify({ apiVersion: "dev.example.com/v1alpha1", kind: "DevIssuer", metadata, spec });
}

/** Secret, issuer and Certificate in a namespace that is not there yet. */
function acmeObjects(url: string): string {
  const metadata = (name: string): object => ({ namespace: "team", name });
  const objects = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("token"),
      stringData: { token: "let me in" },
    },
    {
      apiVersion: "acme.example.com/v1alpha1",
      kind: "AcmeIssuer",
      metadata: metadata("acme"),
      spec: { url, authSecretName: "token" },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: metadata("web"),
      spec: {
        secretName: "web-tls",
        commonName: "web.example.com",
        duration: "24h",
        privateKey: { algorithm: "ECDSA", rotationPolicy: "Always" },
        issuerRef: { group: "acme.example.com", kind: "AcmeIssuer", name: "acme" },
      },
    },
  ];
  return objects.map((each) => `---\n${stringify(each)}`).join("");
}
