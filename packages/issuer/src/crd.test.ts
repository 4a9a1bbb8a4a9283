import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { crdOf } from "./crd.ts";
import { defineIssuer, kindsOf } from "./define-issuer.ts";
import { printerColumn } from "./printer-column.ts";

interface Version {
  readonly additionalPrinterColumns: readonly { name: string; jsonPath: string }[];
  readonly schema: object;
}

function versionsOf(spec: z.ZodType): readonly Version[] {
  const [kind] = kindsOf([
    defineIssuer({
      group: "acme.example.com",
      version: "v1",
      kinds: { issuer: "AcmeIssuer" },
      spec,
      check: async () => {},
      sign: async () => ({ certificate: "" }),
    }),
  ]);
  assert.ok(kind);
  return (crdOf(kind).spec as { versions: readonly Version[] }).versions;
}

describe("crdOf()", () => {
  it("shows the fields that ask for a column, between the condition and the age", () => {
    const url = z
      .url()
      .describe("Where the CA is.")
      .meta(printerColumn({ name: "URL" }));
    const profile = z
      .string()
      .meta(printerColumn({ name: "Profile", priority: 1 }))
      .default("tls");
    const spec = z.object({ "the-url": url, auth: z.object({ profile }) });
    const [version] = versionsOf(spec);
    assert.deepEqual(version?.additionalPrinterColumns.slice(3, -1), [
      {
        name: "URL",
        type: "string",
        jsonPath: ".spec['the-url']",
        description: "Where the CA is.",
      },
      { name: "Profile", type: "string", jsonPath: ".spec.auth.profile", priority: 1 },
    ]);
    assert.equal(version?.additionalPrinterColumns.at(-1)?.name, "Age");
    assert.equal(JSON.stringify(version?.schema).includes("countersign"), false);
  });

  it("refuses a column of what is no single value", () => {
    const spec = z.object({ urls: z.array(z.url()).meta(printerColumn({ name: "URLs" })) });
    const message =
      "Cannot make a printer column of field spec.urls: it is array, must be one of string, integer, number, boolean";
    assert.throws(() => versionsOf(spec), { name: "TypeError", message });
  });
});
