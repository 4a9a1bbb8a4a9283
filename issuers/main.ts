import { run } from "@countersign/issuer";
import { issuers, NAME } from "./index.ts";

await run(issuers, { name: NAME });
