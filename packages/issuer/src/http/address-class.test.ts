import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AddressClass, classOf } from "./address-class.ts";

describe("classOf()", () => {
  const rows: [AddressClass, address: string, what: string][] = [
    ["open", "192.0.2.10", "a host of the Internet"],
    ["open", "10.0.0.7", "a host of a private network"],
    ["open", "172.20.0.1", "a ClusterIP"],
    ["open", "fd12:3456::7", "a unique local address"],
    ["open", "2001:db8::7", "a host of the Internet"],
    ["loopback", "127.0.0.1", "loopback"],
    ["loopback", "127.255.255.254", "all of 127/8"],
    ["loopback", "::1", "loopback"],
    ["loopback", "0:0:0:0:0:0:0:1", "loopback, spelt out"],
    ["loopback", "0.0.0.0", "this host"],
    ["loopback", "::", "unspecified"],
    ["loopback", "::ffff:127.0.0.1", "mapped loopback"],
    ["loopback", "::ffff:7f00:1", "mapped loopback in hexadecimal"],
    ["forbidden", "169.254.169.254", "the metadata service of most clouds"],
    ["forbidden", "169.254.0.1", "link-local"],
    ["forbidden", "fe80::1", "link-local"],
    ["forbidden", "fe80::1%eth0", "link-local with a zone"],
    ["forbidden", "febf::1", "the end of fe80::/10"],
    ["forbidden", "100.100.100.200", "metadata of Alibaba Cloud"],
    ["forbidden", "fd00:ec2::254", "metadata of AWS"],
    ["forbidden", "168.63.129.16", "the host of an Azure machine"],
    ["forbidden", "224.0.0.1", "multicast"],
    ["forbidden", "ff02::1", "multicast"],
    ["forbidden", "255.255.255.255", "broadcast"],
    ["forbidden", "::ffff:169.254.169.254", "metadata, mapped"],
    ["forbidden", "::ffff:0:a9fe:a9fe", "metadata, translated"],
    ["forbidden", "::169.254.169.254", "metadata, IPv4-compatible"],
    ["forbidden", "64:ff9b::a9fe:a9fe", "metadata through NAT64"],
    ["forbidden", "64:ff9b:1::a9fe:a9fe", "metadata through a /96 of RFC 8215"],
    ["forbidden", "64:ff9b:1:a9fe:a9:fe00::", "metadata through its /48"],
    ["forbidden", "64:ff9b:1:a9:fe:a9fe::", "metadata through a /56"],
    ["forbidden", "64:ff9b:1:1:a9:fea9:fe00:0", "metadata through a /64"],
    ["open", "64:ff9b:1::c000:20a", "an open host through a /96 of RFC 8215"],
    ["open", "64:ff9b::c000:20a", "an open host through NAT64"],
    ["forbidden", "2002:a9fe:a9fe::1", "metadata through 6to4"],
    ["forbidden", "2001:0:0:0:0:0:5601:5601", "metadata through Teredo"],
    ["forbidden", "2001:db8::5efe:a9fe:a9fe", "metadata through ISATAP"],
    ["forbidden", "2001:db8::200:5efe:a9fe:a9fe", "the same, of a global interface"],
    ["loopback", "64:ff9b::7f00:1", "loopback through NAT64"],
    ["forbidden", "ca.example.com", "no address"],
    ["forbidden", "", "nothing"],
  ];
  for (const [expected, address, what] of rows) {
    test(`finds ${address || "nothing"} ${expected}: ${what}`, () => {
      assert.equal(classOf(address), expected);
    });
  }
});
