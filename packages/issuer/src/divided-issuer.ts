import { SLOTS } from "@countersign/kube";
import { type IssuerKey, type IssuerKind, issuerKeyIn } from "./issuer-ref.ts";

/** An issuer whose requests are divided, as a flag names it. */
export interface DividedIssuer {
  readonly kind: string;
  /** Missing for a cluster issuer. */
  readonly namespace?: string;
  readonly name: string;
  readonly ranges: number;
}

const FORM = "<kind>/[<namespace>/]<name>=<ranges>";

/**
 * Reads a list such as `AcmeIssuer/team-a/ca=8,AcmeClusterIssuer/ca=4`.
 *
 * @throws TypeError with what is wrong.
 */
export function parseDividedIssuers(text: string): DividedIssuer[] {
  return text
    .split(",")
    .filter((each) => each !== "")
    .map(parseOne);
}

function parseOne(text: string): DividedIssuer {
  const [issuer = "", count = "", ...more] = text.split("=");
  const [kind, ...place] = issuer.split("/");
  const [name, namespace] = place.toReversed();
  const ranges = Number(count);
  const isWhole = kind && name && place.length <= 2 && more.length === 0 && namespace !== "";
  if (!isWhole) throw new TypeError(`${text} must be ${FORM}.`);
  if (!Number.isSafeInteger(ranges) || ranges < 1 || ranges > SLOTS) {
    throw new TypeError(`${text}: the ranges must be a whole number from 1 to ${SLOTS}.`);
  }
  return { kind, name, ranges, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * Finds the issuers among the kinds that are served.
 *
 * @throws TypeError for a kind that is not served, or a namespace where there is none.
 */
export function rangesOf(
  divided: readonly DividedIssuer[],
  kinds: readonly IssuerKind[],
): Map<IssuerKey, number> {
  return new Map(
    divided.map(({ kind: wanted, namespace, name, ranges }) => {
      const what = `Cannot divide the requests of ${wanted} ${name}`;
      const kind = kinds.find((each) => each.kind === wanted);
      if (kind === undefined) {
        const served = kinds.map((each) => each.kind).join(", ");
        throw new TypeError(`${what}: the kind is not served, must be one of ${served}`);
      }
      if (kind.namespaced !== (namespace !== undefined)) {
        const must = kind.namespaced ? "must have a namespace" : "must have no namespace";
        throw new TypeError(`${what}: it ${must}, as ${FORM}`);
      }
      return [issuerKeyIn(kind, { namespace, name }), ranges];
    }),
  );
}
