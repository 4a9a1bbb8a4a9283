import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import type { buildConnector } from "undici";
import { classOf } from "./address-class.ts";

/** Which addresses a CA may be at. */
export interface AddressRules {
  readonly allowsLoopback: boolean;
}

/** Thrown instead of connecting. Its message is a sentence without a subject's address. */
export class AddressError extends Error {
  override readonly name = "AddressError";
  readonly code = "ERR_CA_ADDRESS" as const;
}

const REFUSALS = {
  forbidden: "is a link-local, metadata or multicast address, where no CA may be",
  loopback:
    "is the controller's own host, where a CA may be only for a cluster issuer, or with ALLOW_LOOPBACK_CA=true in the controller's environment",
} as const;

/**
 * Makes sure that an address may be connected to.
 *
 * @param host as it was written, for the message
 * @throws AddressError
 */
export function requireAddress(host: string, address: string, rules: AddressRules): void {
  const group = classOf(address);
  if (group === "open" || (group === "loopback" && rules.allowsLoopback)) return;
  const named = host === address ? host : `${host} is ${address}, which`;
  throw new AddressError(`${named} ${REFUSALS[group]}`);
}

/**
 * A connector that looks at the address it connects to, not at the name: a name whose answer has
 * changed since somebody looked (DNS rebinding) gains nothing. Where a name has several addresses,
 * those that are not allowed are left out.
 */
export function guardConnector(
  create: (options: { lookup: LookupFunction }) => buildConnector.connector,
  options: { lookup: LookupFunction; rules: AddressRules },
): buildConnector.connector {
  const { lookup, rules } = options;
  const connect = create({ lookup: guardLookup(lookup, rules) });
  return (target, callback) => {
    try {
      // Node looks up names only.
      if (isIP(target.hostname) !== 0) requireAddress(target.hostname, target.hostname, rules);
    } catch (error) {
      callback(error as AddressError, null);
      return;
    }
    connect(target, callback);
  };
}

/** A lookup that answers with allowed addresses, and fails with an `AddressError` where there are none. */
export function guardLookup(lookup: LookupFunction, rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "");
      const addresses = found as LookupAddress[];
      const allowed = addresses.filter(({ address }) => isAllowed(address, rules));
      const [first] = allowed;
      if (first === undefined) return callback(refusalOf(hostname, addresses, rules), "");
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

function isAllowed(address: string, rules: AddressRules): boolean {
  const group = classOf(address);
  return group === "open" || (group === "loopback" && rules.allowsLoopback);
}

function refusalOf(host: string, addresses: LookupAddress[], rules: AddressRules): Error {
  try {
    for (const { address } of addresses) requireAddress(host, address, rules);
  } catch (error) {
    return error as AddressError;
  }
  return Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
}
