/** Where we refuse what cert-manager takes, by the names of the CSR vectors, each with the reason. */

import type { X509ErrorCode } from "../index.ts";

export const STRICTER: Readonly<Record<string, { code: X509ErrorCode; because: string }>> = {
  "version-1": { code: "ERR_X509_DER", because: "RFC 2986 has no version but 0" },
  "trailing-element": {
    code: "ERR_X509_DER",
    because: "Go skips what follows the last field, another reader may not",
  },
  "trailing-element-signed": { code: "ERR_X509_DER", because: "the same inside what is signed" },
  "two-values": {
    code: "ERR_X509_DER",
    because: "Go reads the first value only, other readers join them",
  },
  "san-unknown-tag": {
    code: "ERR_X509_DER",
    because: "Go skips the name and copies it into the certificate unseen",
  },
  "san-constructed-dns": { code: "ERR_X509_DER", because: "the same: a lax verifier reads it" },
  "san-trailing": { code: "ERR_X509_DER", because: "names after the end of the list are copied" },
  "empty-rdn": { code: "ERR_X509_DER", because: "RFC 5280 has no relative name of nothing" },
  "name-constraint-minimum": {
    code: "ERR_X509_DER",
    because: "Go drops the bound, which widens what the constraint permits",
  },
  "label-other": { code: "ERR_X509_PEM", because: "the label says that it is something else" },
  "damaged-first-block": {
    code: "ERR_X509_PEM",
    because: "Go skips to the next block: a CSR that nobody looked at",
  },
  "header-lines": { code: "ERR_X509_PEM", because: "RFC 7468 has none" },
};
