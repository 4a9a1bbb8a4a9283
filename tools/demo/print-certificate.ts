import { parseCertificates, verifySignedBy } from "@countersign/x509";

/**
 * Prints what a certificate says, and whether it verifies against a CA.
 *
 * @throws Error when it does not.
 */
export function printCertificate(certificatePem: string, caPem: string): void {
  const [leaf] = parseCertificates(certificatePem);
  const [ca] = parseCertificates(caPem);
  if (leaf === undefined || ca === undefined) {
    throw new Error("Cannot print certificate: tls.crt or ca.crt holds none");
  }
  const names = leaf.subjectAltNames.map(({ kind, value }) => `${kind}:${value}`);
  const isVerified =
    verifySignedBy(leaf, ca) &&
    Buffer.from(leaf.issuerDer).equals(ca.subjectDer) &&
    ca.notAfter > new Date();
  console.log(`  subject   ${leaf.subject || "(empty)"}`);
  console.log(`  names     ${names.join(", ")}`);
  console.log(`  issuer    ${leaf.issuer}`);
  console.log(`  serial    ${leaf.serialHex}`);
  console.log(`  validity  ${leaf.notBefore.toISOString()} to ${leaf.notAfter.toISOString()}`);
  if (!isVerified) throw new Error("The certificate does not verify against the CA in ca.crt");
  console.log(`  verified  signed by ${ca.subject}, the CA in ca.crt`);
}
