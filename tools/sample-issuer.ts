import { checkProject, projectFiles } from "create-countersign";
import type { GeneratedFile } from "./generate.ts";

const FOLDER = "examples/sample-issuer";

/**
 * The Sample External Issuer, as `npm create countersign` writes it with the template `http`: kinds,
 * group and spec are those of cert-manager's sample in Go, so that its issuers can be taken over.
 */
export async function sampleIssuer(): Promise<GeneratedFile[]> {
  const project = checkProject({
    name: "sample-issuer",
    template: "http",
    group: "sample-issuer.example.com",
    version: "v1alpha1",
    issuer: "SampleIssuer",
    clusterIssuer: "SampleClusterIssuer",
    fields: [],
  });
  const files = await projectFiles(project);
  return files.map(({ path, content }) => ({ path: `${FOLDER}/${path}`, content }));
}
