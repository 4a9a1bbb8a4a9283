import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Client, createClient, createTransport, loadKubeconfig } from "@countersign/kube";
import { poll, SECRETS, startFakeCa } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import { stringify } from "yaml";
import { ROOT } from "../tools/command.ts";
import { countersign } from "./cluster/countersign.ts";
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
      await project.saveIssuer({ note: "kept" });
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

      const running = dev.processes().join("\n");
      for (const each of ["etcd", "kube-apiserver", "cert-manager controller", "issuer-program"]) {
        assert.ok(running.includes(each), `${each} runs`);
      }
      await assert.rejects(dev.assertNothingIsLeft());
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

describe("countersign dev refuses", () => {
  let project: DevProject;
  before(async () => {
    project = await createDevProject();
    await project.save("empty.ts", "export {};\n");
    await project.save("broken.ts", "export default {\n  a: ,\n};\n");
    await project.save("lost.ts", 'import "./nowhere.ts";\n');
    await edited("issuer.ts", "group.ts", '"dev.example.com"', '"dev"');
    await edited(
      "issuer.ts",
      "runs.ts",
      "export default",
      'import { run } from "@countersign/issuer";\nawait run([]);\nexport default',
    );
    await project.save("broken.yaml", "a: [\n");
    await project.saveCertificate("web");
  });
  after(() => project[Symbol.asyncDispose]());

  const edited = async (from: string, to: string, before: string, after: string): Promise<void> => {
    await project.save(to, await readFile(project.at(from), "utf8"));
    await edit(project.at(to), before, after);
  };

  const ROWS: readonly [what: string, args: readonly string[], says: RegExp][] = [
    ["a module that is not there", ["none.ts"], /none\.ts: it does not exist, give the path of/],
    [
      "a module without default export",
      ["empty.ts"],
      /it has no default export, must have: export/,
    ],
    [
      "a module that is no TypeScript, with the line",
      ["broken.ts"],
      /Expression expected \(.*broken\.ts:2\)/,
    ],
    ["a module whose import is not there", ["lost.ts"], /Cannot find module '.*nowhere\.ts'/],
    [
      "a definition that is none",
      ["group.ts"],
      /group is dev, must be a DNS name .*group\.ts:\d+\)/,
    ],
    [
      "a module that serves as soon as it is imported",
      ["runs.ts"],
      /it calls run\(\) when it is loaded, must call it only .*if \(import\.meta\.main\)/,
    ],
    [
      "a path to apply that is not there",
      ["issuer.ts", "-a", "none.yaml"],
      /Cannot apply .*none\.yaml: it does not exist, give --apply/,
    ],
    [
      "a file to apply that is no YAML",
      ["issuer.ts", "-a", "broken.yaml"],
      /line 2 is neither YAML nor JSON/,
    ],
    [
      "to run once without a Certificate to wait for",
      ["issuer.ts", "--once", "-a", "samples/issuer.yaml"],
      /no file of --apply holds a Certificate of cert-manager\.io\/v1 to wait for, add one/,
    ],
    [
      "a timeout that is none",
      ["issuer.ts", "--once", "-a", "samples", "--timeout", "soon"],
      /must be a duration such as 90s/,
    ],
  ];
  for (const [what, args, says] of ROWS) {
    it(what, async () => {
      const inProject = (arg: string): string =>
        /\.(ts|yaml)$|^samples/.test(arg) ? project.at(arg) : arg;
      const { code, out, err } = await countersign("dev", ...args.map(inProject));
      assert.match(err, says);
      assert.deepEqual({ code, out }, { code: 2, out: "" });
    });
  }
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
