import { defineIssuer } from "@countersign/issuer";
import * as z from "zod";

// What the command is first run with.
export default defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer" },
  spec: z.object({ url: z.string(), profile: z.string().optional() }),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});
