import assert from "node:assert/strict";
import { test } from "node:test";
import { apiServerArgs, etcdArgs, type ServerPlace } from "./server-args.ts";

const KEY_FILES = { certificate: "/d/pki/x.crt", key: "/d/pki/x.key" };
const PLACE: ServerPlace = {
  dir: "/d",
  files: {
    ca: "/d/pki/ca.crt",
    etcd: KEY_FILES,
    etcdClient: KEY_FILES,
    apiServer: KEY_FILES,
    serviceAccount: { publicKey: "/d/pki/sa.pub", key: "/d/pki/sa.key" },
  },
};
const OPTIONS = { port: 20_001, etcdPort: 20_000, audit: false, extra: [] };

test("etcdArgs() names 127.0.0.1 in every URL", () => {
  const urls = etcdArgs(PLACE, 20_000).filter((arg) => arg.includes("://"));
  assert.equal(urls.length, 5);
  for (const url of urls) assert.match(url, /https?:\/\/127\.0\.0\.1:\d+$/);
});

test("apiServerArgs() binds 127.0.0.1 alone", () => {
  const args = apiServerArgs(PLACE, OPTIONS);
  assert.ok(args.includes("--bind-address=127.0.0.1"));
  assert.ok(args.includes("--secure-port=20001"));
  assert.ok(args.includes("--etcd-servers=https://127.0.0.1:20000"));
});

test("apiServerArgs() puts the caller's arguments last, where they win", () => {
  const args = apiServerArgs(PLACE, { ...OPTIONS, extra: ["--v=6"] });
  assert.equal(args.at(-1), "--v=6");
});

test("apiServerArgs() logs calls only when asked to", () => {
  const auditing = (audit: boolean) =>
    apiServerArgs(PLACE, { ...OPTIONS, audit }).filter((arg) => arg.startsWith("--audit"));
  assert.deepEqual(auditing(false), []);
  assert.deepEqual(auditing(true), [
    "--audit-log-path=/d/logs/audit.log",
    "--audit-policy-file=/d/audit-policy.yaml",
  ]);
});
