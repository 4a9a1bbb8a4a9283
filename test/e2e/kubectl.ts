import { dirname } from "node:path";
import { buildGoProgram } from "../x509/tools.ts";

/** Gives the folder of kubectl, building it first where it is not in the cache: in half a minute or so. */
export async function findKubectl(): Promise<string> {
  return dirname(await buildGoProgram("kubectl", new URL("./kubectl", import.meta.url)));
}
