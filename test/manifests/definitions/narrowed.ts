import { defineIssuer } from "@countersign/issuer";
import * as z from "zod";

// Then with a schema that some of the issuers before do not fit.
export default defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer" },
  spec: z.object({ url: z.url(), profile: z.string() }),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});
