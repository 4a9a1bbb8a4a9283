import { buildGoProgram, WITHOUT_GO } from "../../test/x509/tools.ts";
import { printStep } from "../../tools/demo/print-step.ts";
import { type Contender, peer } from "./contender.ts";

/** The peer that is asked for, or the Go program beside this folder; undefined where there is none. */
export async function findPeer(
  command: readonly string[] | undefined,
): Promise<Contender | undefined> {
  if (command?.[0] === "none") return undefined;
  if (command !== undefined) return peer(command);
  if (WITHOUT_GO) {
    console.log(`No peer: ${WITHOUT_GO}. What is compared with it is left out.`);
    return undefined;
  }
  const path = await printStep("build the peer with Go", () =>
    buildGoProgram("bench-peer", new URL("../peer", import.meta.url)),
  );
  return peer([path]);
}
