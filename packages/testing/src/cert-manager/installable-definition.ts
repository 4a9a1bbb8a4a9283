import type { CustomResourceDefinition } from "./resources.ts";

/** The parts of a CustomResourceDefinition's spec that installing it depends on. */
interface DefinitionSpec {
  readonly conversion?: { readonly strategy: string };
}

/**
 * Makes a definition of cert-manager's sources one that an API server takes and can serve. Groups,
 * versions, schemas and selectable fields stay as they are. Two things go:
 *
 * - Labels and annotations: they are Helm's templates, or for the CA injector, which does not run.
 * - A conversion webhook (until 1.3 there was one): nothing serves it, and without it every read of
 *   an object in another version than the stored one would fail. Strategy None changes the
 *   apiVersion alone, which is right for whoever keeps to `v1`, the stored version of all of them.
 */
export function installableDefinition(
  definition: CustomResourceDefinition,
): CustomResourceDefinition {
  const { apiVersion, kind, metadata } = definition;
  const { conversion, ...rest } = definition.spec as DefinitionSpec;
  const isKept = conversion !== undefined && conversion.strategy !== "Webhook";
  const spec = isKept ? { ...rest, conversion } : rest;
  return { apiVersion, kind, metadata: { name: metadata.name }, spec };
}
