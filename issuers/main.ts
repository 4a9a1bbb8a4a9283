import { run } from "@countersign/issuer";
import ca from "./ca/issuer.ts";

await run([ca], { name: "countersign-issuers" });
