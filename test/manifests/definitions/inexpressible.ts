import { defineIssuer } from "@countersign/issuer";
import * as z from "zod";

// And with one that no CRD can express.
export default defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer" },
  spec: z.object({ until: z.date() }),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});
