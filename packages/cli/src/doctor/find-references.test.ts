import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findReferences, type SpecReference } from "./find-references.ts";

const secret = (name: string, namespace?: string): SpecReference =>
  namespace === undefined ? { kind: "Secret", name } : { kind: "Secret", name, namespace };

describe("findReferences()", () => {
  const ROWS: readonly [name: string, spec: unknown, found: readonly SpecReference[]][] = [
    ["our CA issuer", { secretName: "ca" }, [secret("ca")]],
    ["cert-manager's sample", { url: "https://ca", authSecretName: "token" }, [secret("token")]],
    [
      "step-issuer's provisioner",
      { provisioner: { name: "x", passwordRef: { name: "p", key: "k" } } },
      [secret("p")],
    ],
    [
      "a reference with a key",
      { auth: { tokenSecretRef: { name: "token", key: "t" } } },
      [secret("token")],
    ],
    [
      "google-cas's credentials",
      { credentials: { name: "c", key: "k" }, project: "p" },
      [secret("c")],
    ],
    [
      "a reference with a namespace",
      { secretRef: { name: "aws", namespace: "keys" } },
      [secret("aws", "keys")],
    ],
    ["a selector in a list", [{ secretKeySelector: { name: "a" } }], [secret("a")]],
    ["a ConfigMap", { caConfigMapName: "bundle" }, [{ kind: "ConfigMap", name: "bundle" }]],
    ["an empty name", { secretName: "" }, []],
    ["a word that only begins so", { secretless: "x", secretNames: 3 }, []],
    ["nothing", undefined, []],
  ];
  for (const [name, spec, found] of ROWS) {
    it(`finds ${found.length === 0 ? "none" : found.map((each) => each.name).join()} in ${name}`, () => {
      assert.deepEqual(findReferences(spec), found);
    });
  }
});
