import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../tools/command.ts";
import { countersign, type Ended } from "./cluster/countersign.ts";

const [FIRST, NARROWED, INEXPRESSIBLE] = ["first", "narrowed", "inexpressible"].map((name) =>
  join(ROOT, `test/manifests/definitions/${name}.ts`),
) as [string, string, string];

const CRD = "acmeissuers.acme.example.com";

// No cluster anywhere: an author's module, and a folder.
describe("countersign manifests", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-manifests-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const manifests = (definition: string, ...args: string[]): Promise<Ended> =>
    countersign("manifests", "-d", definition, "--out", folder, ...args);

  it("writes an installation, and finds it up to date", async () => {
    const written = await manifests(FIRST);
    assert.match(written.out, /^(\d+) of \1 files written to /);
    assert.deepEqual((await readdir(folder)).sort(), [
      "base",
      "cert-manager-values.yaml",
      "chart",
      "install.yaml",
    ]);
    const checked = await manifests(FIRST, "--check");
    assert.deepEqual([checked.code, checked.out], [0, `${folder} is up to date\n`]);
    assert.match((await manifests(FIRST)).out, /^0 of /);
  });

  it("fails where a file is not as the definition makes it, and writes nothing", async () => {
    await manifests(FIRST);
    await appendFile(join(folder, "base/service.yaml"), "# mine\n");
    await rm(join(folder, "chart/Chart.yaml"));
    for (let time = 0; time < 2; time += 1) {
      const { code, out } = await manifests(FIRST, "--check");
      assert.equal(code, 1);
      assert.match(
        out,
        /base\/service\.yaml is not what the definitions make of it, first in line \d+:\n {2}is: {6}# mine\n/,
      );
      assert.match(out, /^chart\/Chart\.yaml is missing$/m);
      assert.match(out, /is not up to date: run it again without --check/);
    }
  });

  it("says what a new schema breaks of the one in the folder", async () => {
    await manifests(FIRST);
    const { code, out, json } = await manifests(NARROWED, "--check", "--output", "json");
    assert.equal(code, 1);
    assert.deepEqual(json.breaking, [
      { crd: CRD, change: 'spec.url: its format was not set and is "uri"' },
      { crd: CRD, change: "spec.profile is required now, and has no default" },
    ]);
    assert.match(out, /base\/crds\.yaml/);
    const written = await manifests(NARROWED);
    assert.equal(written.code, 0);
    assert.match(written.out, new RegExp(`may be refused, or lose fields, by the new ${CRD}:`));
    assert.equal((await manifests(NARROWED, "--check")).code, 0);
  });

  it("names the field that no CRD can express, and writes nothing", async () => {
    const { code, err } = await manifests(INEXPRESSIBLE);
    assert.equal(code, 1);
    assert.match(err, /^Cannot make a CRD of field spec\.until: .*; use z\.iso\.datetime\(\)/);
    assert.deepEqual(await readdir(folder), []);
  });

  for (const [rule, values, words] of [
    [
      "that are wrong",
      "replica: 1\n",
      /^Cannot use these values: they: Unrecognized key: "replica"/,
    ],
    ["that are no YAML", "{", /^Cannot read values .*values\.yaml: /],
  ] as const) {
    it(`refuses values ${rule}`, async () => {
      const file = join(folder, "values.yaml");
      await writeFile(file, values);
      const { code, err } = await manifests(FIRST, "--values", file);
      assert.equal(code, 1);
      assert.match(err, words);
      assert.deepEqual(await readdir(folder), ["values.yaml"]);
    });
  }

  it("refuses a file of values that is not there", async () => {
    const { code, err } = await manifests(FIRST, "--values", join(folder, "none.yaml"));
    assert.equal(code, 1);
    assert.match(err, /^Cannot read values .*none\.yaml: it does not exist, give a file/);
  });

  it("refuses a folder that is a file", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const { code, err } = await countersign("manifests", "-d", FIRST, "--out", file);
    assert.equal(code, 1);
    assert.match(err, /^Cannot write .*: (ENOTDIR|EEXIST), name a folder that can be written/);
  });

  it("is what the issuer's own program does as well", async () => {
    const args = ["--conditions=@countersign/source", join(ROOT, "issuers/main.ts"), "manifests"];
    const run = (...more: string[]): Promise<{ stdout: string; stderr: string }> =>
      promisify(execFile)(process.execPath, [...args, "--out", folder, ...more]);
    await run("--install-version=1.2.3");
    const { stderr } = await run("--install-version=1.2.3", "--check");
    assert.equal(stderr, "");
    await assert.rejects(run("--check"), (error: { code?: number; stderr?: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr ?? "", /is not up to date: write it anew without --check/);
      assert.match(error.stderr ?? "", /chart\/Chart\.yaml is not what .*\n.*1\.2\.3\n/);
      return true;
    });
  });
});
