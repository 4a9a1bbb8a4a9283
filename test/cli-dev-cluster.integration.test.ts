import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { defineResource } from "@countersign/kube";
import { applyObjects, CERTIFICATES, namespace } from "@countersign/testing";
import { type Cluster, connect, KUBECONFIG_VARIABLE } from "./cluster/connect.ts";
import { countersign, type Ended } from "./cluster/countersign.ts";
import { createDevProject, type DevProject } from "./cluster/dev-project.ts";

const NAMESPACE = "developed";

const DEFINITIONS = defineResource({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

// The shared control plane stands for a cluster that somebody else runs.
describe("countersign dev in a cluster that somebody else runs", () => {
  let cluster: Cluster;
  let project: DevProject;
  before(async () => {
    cluster = await connect();
    project = await createDevProject();
    await applyObjects(cluster.client, [namespace(NAMESPACE)]);
  });
  after(async () => {
    // With all issuers of the kind: nothing of it is for others to meet.
    await cluster.client.delete(DEFINITIONS, { name: "devissuers.dev.example.com" });
    await project[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const dev = (...args: string[]): Promise<Ended> =>
    countersign(
      ...["dev", project.at("issuer.ts"), "--namespace", NAMESPACE, "--once"],
      ...["--kubeconfig", process.env[KUBECONFIG_VARIABLE] ?? ""],
      ...["--apply", project.at("samples"), ...args],
    );

  it("installs nothing without somebody's word, and says where it would have", async () => {
    await project.saveCertificate("web");
    const { code, out, err } = await dev();
    assert.match(err, /^Cannot install in https:\/\/127\.0\.0\.1:\d+ without your word: add --yes/);
    assert.deepEqual({ code, out }, { code: 2, out: "" });
    await assert.rejects(cluster.client.getPath("/apis/dev.example.com/v1alpha1"));
  });

  it("issues there with the rights of the issuer's own account", async () => {
    const { code, out, err } = await dev("--yes");
    assert.equal(code, 0, out + err);
    assert.match(out, /DevIssuer developed\/test: Ready=True, Checked/);
    assert.match(out, /\nThe Certificate is Ready\.\n$/);
  });

  it("issues there with the rights of whoever runs it, when told to", async () => {
    await project.saveCertificate("other");
    const { code, out, err } = await dev("--yes", "--user-rights");
    assert.equal(code, 0, out + err);
    assert.match(out, /\nAll 2 Certificates are Ready\.\n$/);
  });

  it("ends with 1 when a Certificate has failed, with what the author's code said", async () => {
    await project.saveCertificate("refused");
    const { code, err } = await dev("--yes");
    assert.match(
      err,
      /^Not every Certificate has been issued:\n {2}Certificate developed\/refused: Failed: .*The CA refuses this name/m,
    );
    assert.equal(code, 1);
    const target = { namespace: NAMESPACE, name: "refused" };
    await cluster.client.delete(CERTIFICATES, target);
    await project.remove("samples/refused.yaml");
  });

  it("ends with 1 when the time is over, with what each Certificate waits for", async () => {
    await project.saveIssuer({ outOfOrder: true });
    await project.saveCertificate("late");
    const { code, err } = await dev("--yes", "--timeout", "1s");
    assert.match(
      err,
      /^Not every Certificate is Ready after 1 s, see --timeout:\n {2}Certificate /m,
    );
    assert.match(err, /^ {2}Certificate developed\/late/m);
    assert.equal(code, 1);
  });

  it("says which object of which file the API server refuses, and why", async () => {
    await project.saveIssuer({ outOfOrder: "very" });
    const { code, err } = await dev("--yes");
    assert.match(
      err,
      /^Cannot apply DevIssuer test of .*samples\/issuer\.yaml: .*\.spec\.outOfOrder: expected boolean/m,
    );
    assert.equal(code, 1);
  });
});
