import { defineIssuer, PermanentError } from "@countersign/issuer";
import * as z from "zod";
import { sign } from "./authority.ts";

// What the tests of `countersign dev` run and edit: a CA of its own, no HTTP.
export default defineIssuer({
  group: "dev.example.com",
  version: "v1alpha1",
  kinds: { issuer: "DevIssuer" },
  spec: z.object({ outOfOrder: z.boolean().optional() }),

  async check({ issuer }) {
    if (issuer.spec.outOfOrder) throw new Error("The CA is out of order");
  },

  async sign({ request }) {
    if (request.name.startsWith("refused")) throw new PermanentError("The CA refuses this name");
    return { certificate: await sign(request.csrPem) };
  },
});
