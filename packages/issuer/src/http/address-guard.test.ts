import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { describe, test } from "node:test";
import { guardLookup, requireAddress } from "./address-guard.ts";

const NAMESPACED = { allowsLoopback: false };
const CLUSTER = { allowsLoopback: true };

describe("requireAddress()", () => {
  test("refuses metadata addresses to every issuer, and says why", () => {
    for (const rules of [NAMESPACED, CLUSTER]) {
      assert.throws(() => requireAddress("ca.example.com", "169.254.169.254", rules), {
        code: "ERR_CA_ADDRESS",
        message:
          "ca.example.com is 169.254.169.254, which is a link-local, metadata or multicast address, where no CA may be",
      });
    }
  });

  test("refuses loopback to an issuer of a namespace, and says who may", () => {
    requireAddress("127.0.0.1", "127.0.0.1", CLUSTER);
    assert.throws(() => requireAddress("127.0.0.1", "127.0.0.1", NAMESPACED), {
      message:
        "127.0.0.1 is the controller's own host, where a CA may be only for a cluster issuer, or with ALLOW_LOOPBACK_CA=true in the controller's environment",
    });
  });
});

describe("guardLookup()", () => {
  const rows: [what: string, found: string[], all: boolean, expected: unknown][] = [
    ["gives all that is allowed", ["192.0.2.1", "192.0.2.2"], true, ["192.0.2.1", "192.0.2.2"]],
    ["gives one where one is asked for", ["192.0.2.1", "192.0.2.2"], false, "192.0.2.1"],
    ["leaves out what is not allowed", ["169.254.169.254", "192.0.2.2"], true, ["192.0.2.2"]],
    ["leaves it out of one as well", ["::ffff:127.0.0.1", "192.0.2.2"], false, "192.0.2.2"],
    ["fails where nothing is left", ["127.0.0.1", "fe80::1"], true, "ERR_CA_ADDRESS"],
    ["fails where there is no address", [], true, "ENOTFOUND"],
  ];
  for (const [what, found, all, expected] of rows) {
    test(what, () => {
      const lookup: LookupFunction = (_, __, callback) => {
        callback(
          null,
          found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        );
      };
      const answers: unknown[] = [];
      guardLookup(lookup, NAMESPACED)("ca.example.com", { all }, (error, address) => {
        const addresses =
          typeof address === "string"
            ? address
            : address.map((each: LookupAddress) => each.address);
        answers.push(error === null ? addresses : error.code);
      });
      assert.deepEqual(answers, [expected]);
    });
  }

  test("passes on that the name does not exist", () => {
    const notFound = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const lookup: LookupFunction = (_, __, callback) => callback(notFound, "");
    guardLookup(lookup, NAMESPACED)("ca.example.com", {}, (error) => assert.equal(error, notFound));
  });
});
