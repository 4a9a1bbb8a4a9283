import { type IssuerDefinition, kindsOf } from "../define-issuer.ts";
import { chartFiles } from "./chart.ts";
import { defaultValues, mergeValues, readValues } from "./chosen-values.ts";
import { plainFiles } from "./plain.ts";

/** A file to write: its path within the folder, with slashes, and what it holds. */
export interface ManifestFile {
  readonly path: string;
  readonly content: string;
}

/** What the files depend on, beside the definitions. */
export interface ManifestFilesOptions {
  /** The program's name, also of its chart and of the plain installation. */
  readonly name: string;
  /** The chart's version, and the image's tag. @default "0.0.0" */
  readonly version?: string;
  /** The image of the program, without its tag. @default the name */
  readonly image?: string;
  /** Where the plain installation is. @default the name */
  readonly namespace?: string;
  /** Values of the chart that hold where others were the default: here and in the chart. */
  readonly values?: unknown;
}

/**
 * Makes all that an installation of some issuer types needs: plain YAML, a kustomize base and a Helm
 * chart. All three are made from the same objects.
 *
 * @throws TypeError for a spec that a CRD cannot express, and for values that are wrong.
 */
export function manifestFiles(
  definitions: readonly IssuerDefinition[],
  options: ManifestFilesOptions,
): ManifestFile[] {
  const { name, version = "0.0.0", image = name, namespace = name } = options;
  const program = { kinds: kindsOf(definitions), programName: name };
  const defaults = defaultValues({ repository: image, tag: version });
  const values = mergeValues(defaults, readValues(options.values));
  return [
    ...plainFiles(program, { name, namespace, values }),
    ...chartFiles(program, { version, values }),
  ];
}
