import type { IssuerDefinition } from "@countersign/issuer";
import ca from "./ca/issuer.ts";

/** The issuers we ship. */
export const issuers: readonly IssuerDefinition[] = [ca];

/** The program's name. */
export const NAME = "countersign-issuers";
