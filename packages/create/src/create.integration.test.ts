import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("./bin.ts", import.meta.url));
const GROUP = ["--group", "acme.example.com"];

describe("npm create countersign", { timeout: 60_000 }, () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-create-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs it as a script does: with no terminal. */
  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const node = ["--conditions=@countersign/source", BIN, ...args];
    const child = spawn(process.execPath, node, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number>((resolve) =>
      child.on("close", (code) => resolve(code ?? -1)),
    );
    const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, out, err };
  }

  test("writes a project from flags, and says what is next", async () => {
    const { code, out } = await run("acme-issuer", ...GROUP);
    assert.equal(code, 0);
    assert.match(out, /^acme-issuer is written\. Next:\n\n {2}cd acme-issuer\n {2}npm install\n/);
    const issuer = await readFile(join(folder, "acme-issuer/issuer.ts"), "utf8");
    assert.match(issuer, /kinds: \{ issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" \}/);
    const files = await readdir(join(folder, "acme-issuer"));
    for (const file of [".gitignore", ".dockerignore", ".github", "package.json"]) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(await readdir(folder), ["acme-issuer"]);
  });

  test("writes into an empty folder that is there, and takes one kind alone", async () => {
    await mkdir(join(folder, "acme-issuer"));
    const flags = ["--cluster-issuer", "AcmeCA", "--template", "minimal"];
    assert.equal((await run("acme-issuer", ...GROUP, ...flags)).code, 0);
    const issuer = await readFile(join(folder, "acme-issuer/issuer.ts"), "utf8");
    assert.match(issuer, /kinds: \{ clusterIssuer: "AcmeCA" \}/);
  });

  const rows: [what: string, args: string[], code: number, says: RegExp][] = [
    ["no group", ["acme"], 2, /^Cannot create the project: --group is missing: give it, or run /],
    ["a group that is no domain", ["acme", "--group", "acme"], 2, /must be a domain of yours/],
    ["an unknown flag", ["acme", ...GROUP, "--grpc"], 2, /unknown option '--grpc'/],
    ["a folder that is no project", ["update", "."], 1, /it has no countersign\.json: run this in/],
  ];
  for (const [what, args, expected, says] of rows) {
    test(`ends with ${expected} for ${what}, and writes nothing`, async () => {
      const { code, err } = await run(...args);
      assert.equal(code, expected, err);
      assert.match(err, says);
      assert.deepEqual(await readdir(folder), []);
    });
  }

  test("leaves a folder alone that holds something", async () => {
    await mkdir(join(folder, "acme"));
    await writeFile(join(folder, "acme/mine.txt"), "mine");
    const { code, err } = await run("acme", ...GROUP);
    assert.deepEqual(
      [code, err],
      [
        1,
        "Cannot create the project in acme: it is there already and not empty: choose another folder, or empty it\n",
      ],
    );
    assert.deepEqual(await readdir(join(folder, "acme")), ["mine.txt"]);
  });

  test("leaves nothing half-written where a folder cannot be made", async () => {
    await writeFile(join(folder, "file"), "");
    const { code, err } = await run("file/acme", ...GROUP);
    assert.equal(code, 1);
    assert.match(err, /^Cannot create the project in file\/acme: it cannot be (read|written)/);
    assert.deepEqual(await readdir(folder), ["file"]);
  });

  test("update writes what is generated anew, and keeps what is theirs", async () => {
    await run("acme", ...GROUP);
    const path = (file: string): string => join(folder, "acme", file);
    const mainBefore = await readFile(path("main.ts"), "utf8");
    await writeFile(path("issuer.ts"), "mine");
    await writeFile(path("Dockerfile"), "FROM mine");
    await rm(path("tsconfig.json"));
    // As an older version would have written it.
    await writeFile(path("main.ts"), "older");
    const record = JSON.parse(await readFile(path("countersign.json"), "utf8"));
    const { digestOf } = await import("./project-files.ts");
    record.generated["main.ts"] = digestOf("older");
    await writeFile(path("countersign.json"), JSON.stringify(record));
    const { code, out } = await run("update", "acme");
    assert.equal(code, 0);
    assert.match(out, /^kept, for you have changed it: Dockerfile \(--force writes it anew\)$/m);
    assert.match(out, /^written anew: main\.ts$/m);
    assert.match(out, /^added: tsconfig\.json$/m);
    assert.equal(await readFile(path("main.ts"), "utf8"), mainBefore);
    assert.equal(await readFile(path("issuer.ts"), "utf8"), "mine");
    assert.equal(await readFile(path("Dockerfile"), "utf8"), "FROM mine");
    assert.match((await run("update", "acme")).out, /^kept, .*Dockerfile/m);
    await run("update", "acme", "--force");
    assert.match(await readFile(path("Dockerfile"), "utf8"), /distroless/);
    assert.equal(await readFile(path("issuer.ts"), "utf8"), "mine");
  });
});
