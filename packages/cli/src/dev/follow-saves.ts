import { messageOf } from "@countersign/issuer/inspect";
import type { Report } from "../program.ts";
import { type DevWork, orderOf } from "./dev-work.ts";

/** Applies what there is to apply, tells how to try it, and follows each save until the signal aborts. */
export async function followSaves(
  work: DevWork,
  changes: AsyncIterable<readonly string[]>,
): Promise<Report> {
  const { settings, applied, program, followed, cluster } = work;
  let isApplied = await applyOrTell(work);
  tellHowToTry(work);
  for await (const files of changes) {
    const before = applied.namespaces().join();
    const isToApply = applied.hasAny(files) && (await readOrTell(work));
    const changed = files.filter((file) => program.files.includes(file));
    if (changed.length > 0 || applied.namespaces().join() !== before) {
      await program.reload(orderOf(settings, applied, cluster.certManager), { changed });
      followed.followKinds();
    }
    // What a new definition allows may have been refused before.
    if (isToApply || !isApplied) isApplied = await applyOrTell(work);
  }
  return { isOk: true, text: "", value: { type: "result", isOk: true } };
}

function tellHowToTry({ settings, cluster, program, display }: DevWork): void {
  const kinds = [
    ...program.kinds.map(({ plural }) => plural),
    "certificates",
    "certificaterequests",
  ];
  const message = [
    ...cluster.hint,
    `  kubectl get ${kinds.join()} --all-namespaces`,
    `Save ${settings.module} and the issuer starts again with it. Ctrl-C ends it.`,
  ].join("\n");
  display.show({ type: "note", message });
}

async function readOrTell({ applied, display }: DevWork): Promise<boolean> {
  try {
    await applied.read();
    return true;
  } catch (error) {
    display.show({ type: "trouble", message: messageOf(error) });
    return false;
  }
}

async function applyOrTell({ applied, cluster, display, signal }: DevWork): Promise<boolean> {
  try {
    await applied.apply(cluster.client);
    return true;
  } catch (error) {
    if (!signal.aborted) display.show({ type: "trouble", message: messageOf(error) });
    return false;
  }
}
