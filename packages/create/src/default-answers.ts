/** What a project is called if nobody says otherwise: `acme-issuer` has the kind AcmeIssuer. */
export function defaultKinds(name: string): { issuer: string; clusterIssuer: string } {
  const words = name.split("-").filter((word) => word !== "" && word !== "issuer");
  const stem = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("") || "My";
  return { issuer: `${stem}Issuer`, clusterIssuer: `${stem}ClusterIssuer` };
}
