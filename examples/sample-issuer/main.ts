import { run } from "@countersign/issuer";
import issuer from "./issuer.ts";

await run(issuer, { name: "sample-issuer" });
