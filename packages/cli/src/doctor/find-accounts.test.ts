import assert from "node:assert/strict";
import { it } from "node:test";
import { accountsIn, type ClusterRole, type ClusterRoleBinding } from "./find-accounts.ts";

const kind = {
  group: "acme.example.com",
  version: "v1",
  kind: "AcmeIssuer",
  plural: "acmeissuers",
  namespaced: true,
};

const role = (name: string, rule: NonNullable<ClusterRole["rules"]>[number]): ClusterRole => ({
  apiVersion: "",
  kind: "ClusterRole",
  metadata: { name },
  rules: [rule],
});

const binding = (
  name: string,
  subjects: NonNullable<ClusterRoleBinding["subjects"]>,
): ClusterRoleBinding => ({
  apiVersion: "",
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { kind: "ClusterRole", name },
  subjects,
});

it("accountsIn() gives the accounts that may write the issuers' status by a rule that names it", () => {
  const account = (name: string) => ({ kind: "ServiceAccount", namespace: "acme", name });
  const status = ["acmeissuers/status"];
  const found = accountsIn(
    [
      role("ours", { apiGroups: [kind.group], resources: status, verbs: ["patch"] }),
      role("go", { apiGroups: [kind.group], resources: status, verbs: ["get", "update"] }),
      role("viewer", { apiGroups: [kind.group], resources: status, verbs: ["get"] }),
      role("admin", { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }),
      role("wide", { apiGroups: ["*"], resources: status, verbs: ["patch"] }),
      role("other", { apiGroups: ["other.example.com"], resources: status, verbs: ["patch"] }),
      { apiVersion: "", kind: "ClusterRole", metadata: { name: "empty" }, rules: null },
    ],
    [
      binding("ours", [account("a"), { kind: "User", name: "somebody" }]),
      binding("go", [account("b"), account("a")]),
      binding("viewer", [account("c")]),
      binding("admin", [account("d")]),
      binding("wide", [account("f")]),
      binding("other", [account("e")]),
    ],
    [kind],
  );
  assert.deepEqual(found, [
    { namespace: "acme", name: "a" },
    { namespace: "acme", name: "b" },
  ]);
});
