import {
  type DefinedKind,
  type IssuerDefinition,
  type IssuerObject,
  kindsOf,
} from "@countersign/issuer";
import type { CalledIssuer } from "@countersign/issuer/inspect";
import { issuerKeyOf } from "@countersign/issuer/inspect";
import { apiVersionOf, type KubeObject } from "@countersign/kube";
import { usageError } from "../cli-error.ts";
import { placed } from "./request-file.ts";

/**
 * Finds the one issuer among the objects of a file: of a kind that the definitions have.
 *
 * @throws CliError usage where there is none, or several.
 */
export function findIssuer(
  path: string,
  objects: readonly KubeObject[],
  definitions: readonly IssuerDefinition[],
): CalledIssuer {
  const kinds = kindsOf(definitions);
  const found = objects.flatMap((object) => {
    const kind = kinds.find((each) => isOfKind(object, each));
    return kind === undefined ? [] : [{ kind, object }];
  });
  const [first, ...rest] = found;
  if (first === undefined || rest.length > 0) {
    const served = kinds.map((each) => `${each.kind} of ${apiVersionOf(each.resource)}`);
    const held = objects.map((each) => `${each.kind} of ${each.apiVersion}`);
    throw usageError(
      `Cannot read issuer ${path}: it holds ${held.join(", ")}, must hold one ${served.join(" or ")}`,
    );
  }
  const { kind, object } = first;
  const issuer: IssuerObject = kind.namespaced ? placed(object) : object;
  return { kind, issuer, key: issuerKeyOf(kind, issuer) };
}

function isOfKind(object: KubeObject, { kind, resource }: DefinedKind): boolean {
  return object.kind === kind && object.apiVersion === apiVersionOf(resource);
}
