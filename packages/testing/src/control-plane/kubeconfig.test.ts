import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { formatKubeconfig } from "./kubeconfig.ts";

const CLUSTER = { url: "https://127.0.0.1:20000", caPem: "ca" };

test("formatKubeconfig() embeds a client certificate and its key", () => {
  const { users, clusters } = parse(
    formatKubeconfig(CLUSTER, { certificatePem: "certificate", keyPem: "key" }),
  );
  assert.deepEqual(users[0].user, {
    "client-certificate-data": btoa("certificate"),
    "client-key-data": btoa("key"),
  });
  assert.deepEqual(clusters[0].cluster, {
    server: "https://127.0.0.1:20000",
    "certificate-authority-data": btoa("ca"),
  });
});

test("formatKubeconfig() names a token file instead of holding its token", () => {
  const { users, contexts, ...config } = parse(
    formatKubeconfig(CLUSTER, { tokenFile: "/d/token" }),
  );
  assert.deepEqual(users[0].user, { tokenFile: "/d/token" });
  assert.equal(config["current-context"], contexts[0].name);
});
