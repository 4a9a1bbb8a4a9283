import { BlockList, isIP } from "node:net";

/** Where proxies are said to be, by the names that curl and Go read, in capitals or not. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an URL, as Go's programs choose it (golang.org/x/net/http/httpproxy), so that one
 * environment serves them and us: `HTTPS_PROXY` or `HTTP_PROXY` by the URL's scheme, unless `NO_PROXY`
 * names its host. `NO_PROXY` is a list of names, with all below them, of addresses, of ranges such as
 * `10.0.0.0/8`, each with a port or not, or `*`. Loopback is never proxied.
 */
export function proxyFor(url: URL, environment: ProxyEnvironment): string | undefined {
  const read = (name: string): string => environment[name.toUpperCase()] || environment[name] || "";
  const proxy = read(url.protocol === "https:" ? "https_proxy" : "http_proxy").trim();
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (proxy === "" || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const rules = read("no_proxy").split(",");
  if (rules.some((rule) => isExempt(rule.trim().toLowerCase(), host, port))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isExempt(rule: string, host: string, port: string): boolean {
  if (rule === "") return false;
  if (rule === "*") return true;
  if (rule.includes("/")) return isInRange(rule, host);
  const { name, port: onlyPort } = splitPort(rule);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const bare = name.replace(/^\*?\./, "");
  const isBelow = host.endsWith(`.${bare}`);
  return name === bare ? host === bare || isBelow : isBelow;
}

function isInRange(rule: string, host: string): boolean {
  const [address = "", prefix = ""] = rule.split("/");
  const family = isIP(host);
  const bits = Number(prefix);
  const isRange = /^\d+$/.test(prefix) && bits <= (family === 4 ? 32 : 128);
  if (family === 0 || isIP(address) !== family || !isRange) return false;
  const name = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, bits, name);
  return list.check(host, name);
}

/** `host`, `host:port`, `[::1]:port`; an IPv6 address without brackets has no port. */
function splitPort(rule: string): { name: string; port?: string } {
  const match = /^\[(.+)\](?::(\d+))?$/.exec(rule) ?? /^([^:]+):(\d+)$/.exec(rule);
  const [, name = rule, port] = match ?? [];
  return port === undefined ? { name } : { name, port };
}
