import type { Discovery } from "../cluster/discovery.ts";

/** Whose kinds are called Issuer too, and are no external issuer's. */
const NOT_EXTERNAL: ReadonlySet<string> = new Set(["cert-manager.io", "acme.cert-manager.io"]);

/** Finds the API groups of external issuers: those that have a kind whose name ends in Issuer. */
export async function findIssuerGroups(discovery: Discovery): Promise<string[]> {
  const all = [...(await discovery.groups()).keys()];
  const groups = all.filter((group) => isForeign(group) && !NOT_EXTERNAL.has(group));
  const kinds = await Promise.all(groups.map((group) => discovery.kindsOf(group)));
  return groups
    .filter((_, index) => kinds[index]?.some(({ kind }) => kind.endsWith("Issuer")))
    .sort();
}

/** Kubernetes' own groups have no dot, or end with its domain. */
function isForeign(group: string): boolean {
  return group.includes(".") && !group.endsWith(".k8s.io");
}
