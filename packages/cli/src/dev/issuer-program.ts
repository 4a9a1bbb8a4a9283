// The program that serves an author's issuers, started anew after each save: the module's path, then
// the flags of an issuer controller.

import { run } from "@countersign/issuer";
import { loadDefinitions } from "../load-definition.ts";

const [node = "", , file = "", ...flags] = process.argv;
await run(await loadDefinitions(file), { argv: [node, file, ...flags] });
