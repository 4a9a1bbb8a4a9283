import { printerColumns, withoutColumns } from "./crd-columns.ts";
import type { DefinedKind } from "./define-issuer.ts";
import type { Manifest } from "./manifest.ts";
import { structuralSchema } from "./structural-schema.ts";

/** The status every issuer has, as the schema of a CRD: conditions by type, as metav1.Condition. */
const STATUS_SCHEMA = {
  type: "object",
  description: "How the issuer is. Written by its controller.",
  properties: {
    conditions: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["type"],
      items: {
        type: "object",
        required: ["type", "status", "reason", "message", "lastTransitionTime"],
        properties: {
          type: { type: "string", maxLength: 316 },
          status: { type: "string", enum: ["True", "False", "Unknown"] },
          reason: { type: "string", minLength: 1, maxLength: 1024 },
          message: { type: "string", maxLength: 32768 },
          lastTransitionTime: { type: "string", format: "date-time" },
          observedGeneration: { type: "integer", format: "int64", minimum: 0 },
        },
      },
    },
  },
};

const READY = '.status.conditions[?(@.type=="Ready")]';

const FIRST_COLUMNS = [
  { name: "Ready", type: "string", jsonPath: `${READY}.status` },
  { name: "Reason", type: "string", jsonPath: `${READY}.reason` },
  { name: "Message", type: "string", jsonPath: `${READY}.message`, priority: 1 },
];

const LAST_COLUMNS = [{ name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }];

/**
 * Makes the CustomResourceDefinition of a kind from its definition's zod schema.
 *
 * @throws TypeError for a schema that a CRD cannot express.
 */
export function crdOf(kind: DefinedKind): Manifest {
  const { group, version, plural } = kind.resource;
  const singular = kind.kind.toLowerCase();
  const spec = structuralSchema(kind.definition.spec);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: kind.namespaced ? "Namespaced" : "Cluster",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural,
        singular,
        categories: ["cert-manager"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...FIRST_COLUMNS, ...printerColumns(spec), ...LAST_COLUMNS],
          schema: {
            openAPIV3Schema: {
              type: "object",
              required: ["spec"],
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: withoutColumns(spec),
                status: STATUS_SCHEMA,
              },
            },
          },
        },
      ],
    },
  };
}
