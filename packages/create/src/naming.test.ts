import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defaultKinds } from "./default-answers.ts";
import { wrongGroup, wrongKind, wrongName, wrongVersion } from "./naming.ts";

const LONG = "a".repeat(64);

describe("names", () => {
  const good: [what: string, wrong: string | undefined][] = [
    ["a name", wrongName("acme-issuer")],
    ["a group", wrongGroup("issuers.example.com")],
    ["a group that only looks reserved", wrongGroup("notk8s.io")],
    ["a kind", wrongKind("AcmeIssuer")],
    ["a version", wrongVersion("v1alpha1")],
  ];
  for (const [what, wrong] of good) {
    test(`accept ${what}`, () => assert.equal(wrong, undefined));
  }

  const bad: [what: string, wrong: string | undefined, message: string][] = [
    [
      "a name in capitals",
      wrongName("Acme"),
      'the project\'s name is "Acme", must be lower-case letters, digits and hyphens, at most 53, such as acme-issuer',
    ],
    [
      "a reserved name",
      wrongName("node_modules"),
      'the project\'s name is "node_modules", must be lower-case letters, digits and hyphens, at most 53, such as acme-issuer',
    ],
    [
      "a name that is a command",
      wrongName("update"),
      'the project\'s name is "update", which is reserved: choose another, such as update-issuer',
    ],
    [
      "a group without a dot",
      wrongGroup("acme"),
      'the group is "acme", must be a domain of yours in lower case, at most 63 characters, such as issuers.example.com',
    ],
    [
      "a group with a scheme",
      wrongGroup("https://acme.example.com"),
      'the group is "https://acme.example.com", must be a domain of yours in lower case, at most 63 characters, such as issuers.example.com',
    ],
    [
      "a group that is too long",
      wrongGroup(`${LONG}.io`),
      `the group is "${LONG}.io", must be a domain of yours in lower case, at most 63 characters, such as issuers.example.com`,
    ],
    [
      "a group of Kubernetes",
      wrongGroup("acme.k8s.io"),
      'the group is "acme.k8s.io", and k8s.io is reserved: choose a domain of yours, such as issuers.example.com',
    ],
    [
      "cert-manager's group",
      wrongGroup("cert-manager.io"),
      'the group is "cert-manager.io", and cert-manager.io is reserved: choose a domain of yours, such as issuers.example.com',
    ],
    [
      "a kind in camelCase",
      wrongKind("acmeIssuer"),
      'the kind is "acmeIssuer", must be in PascalCase, at most 60 characters, such as AcmeIssuer',
    ],
    [
      "a kind that is taken",
      wrongKind("ClusterIssuer"),
      "the kind ClusterIssuer is taken by Kubernetes or cert-manager: choose another, such as AcmeClusterIssuer",
    ],
    ["a version", wrongVersion("1.0"), 'the version is "1.0", must be v1, v1alpha1 or the like'],
  ];
  for (const [what, wrong, message] of bad) {
    test(`refuse ${what}, and say what it must be`, () => assert.equal(wrong, message));
  }
});

describe("defaultKinds()", () => {
  const rows: [name: string, issuer: string, clusterIssuer: string][] = [
    ["acme-issuer", "AcmeIssuer", "AcmeClusterIssuer"],
    ["my-corp-ca", "MyCorpCaIssuer", "MyCorpCaClusterIssuer"],
    ["issuer", "MyIssuer", "MyClusterIssuer"],
  ];
  for (const [name, issuer, clusterIssuer] of rows) {
    test(`names the kinds of ${name} ${issuer} and ${clusterIssuer}`, () => {
      assert.deepEqual(defaultKinds(name), { issuer, clusterIssuer });
    });
  }
});
