import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { proxyFor } from "./proxy.ts";

const PROXY = "http://proxy.example.com:3128";

describe("proxyFor()", () => {
  const rows: [url: string, environment: Record<string, string>, proxy: string | undefined][] = [
    ["https://ca.example.com", {}, undefined],
    ["https://ca.example.com", { HTTPS_PROXY: PROXY }, PROXY],
    ["https://ca.example.com", { https_proxy: PROXY }, PROXY],
    ["https://ca.example.com", { HTTP_PROXY: PROXY }, undefined],
    ["http://ca.example.com", { HTTP_PROXY: PROXY }, PROXY],
    ["http://ca.example.com", { http_proxy: "proxy:3128" }, "http://proxy:3128"],
    ["https://127.0.0.1", { HTTPS_PROXY: PROXY }, undefined],
    ["https://localhost:8443", { HTTPS_PROXY: PROXY }, undefined],
    ["https://[::1]", { HTTPS_PROXY: PROXY }, undefined],
  ];
  for (const [url, environment, proxy] of rows) {
    test(`sends ${url} to ${proxy} by ${JSON.stringify(environment)}`, () => {
      assert.equal(proxyFor(new URL(url), environment), proxy);
    });
  }

  const exemptions: [noProxy: string, url: string, isExempt: boolean][] = [
    ["*", "https://ca.example.com", true],
    ["example.com", "https://example.com", true],
    ["example.com", "https://ca.example.com", true],
    ["example.com", "https://notexample.com", false],
    [".example.com", "https://ca.example.com", true],
    [".example.com", "https://example.com", false],
    ["*.example.com", "https://ca.example.com", true],
    ["EXAMPLE.com", "https://ca.example.com", true],
    ["ca.example.com:8443", "https://ca.example.com:8443", true],
    ["ca.example.com:8443", "https://ca.example.com", false],
    ["ca.example.com:443", "https://ca.example.com", true],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/8", "https://11.1.2.3", false],
    ["fd00::/8", "https://[fd12::1]", true],
    ["10.0.0.0/99", "https://10.1.2.3", false],
    ["10.1.2.3", "https://10.1.2.3", true],
    ["[fd12::1]:443", "https://[fd12::1]", true],
    ["fd12::1", "https://[fd12::1]", true],
    [" .svc , .cluster.local ", "https://ca.team.svc", true],
    ["", "https://ca.example.com", false],
  ];
  for (const [NO_PROXY, url, isExempt] of exemptions) {
    test(`${isExempt ? "exempts" : "does not exempt"} ${url} by NO_PROXY=${NO_PROXY}`, () => {
      const found = proxyFor(new URL(url), { HTTPS_PROXY: PROXY, NO_PROXY });
      assert.equal(found, isExempt ? undefined : PROXY);
    });
  }
});
