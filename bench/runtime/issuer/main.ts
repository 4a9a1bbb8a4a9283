// Our contender: the program that an author would write. Only that it tells of its memory is ours.
import { run } from "@countersign/issuer";
import { benchIssuer } from "./definition.ts";
import { tellMemoryOnSignal } from "./tell-memory.ts";

tellMemoryOnSignal("SIGUSR2");
await run(benchIssuer, { name: "bench-issuer" });
