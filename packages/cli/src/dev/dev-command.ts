import { parseGoDuration } from "@countersign/issuer";
import { Command, InvalidArgumentError, Option } from "commander";
import { failure } from "../cli-error.ts";
import type { CliCommand, Invocation, Report, Terminal } from "../program.ts";
import type { DevCluster } from "./dev-cluster.ts";
import type { Display } from "./dev-event.ts";
import { type ClusterChoice, type DevFlags, settingsOf } from "./dev-settings.ts";
import { jsonDisplay, plainDisplay } from "./event-lines.ts";
import { LiveDisplay, type LiveView } from "./live-display.ts";

const DESCRIPTION = [
  "Runs an issuer while you write it: on a control plane of its own with cert-manager, or in a cluster that you have.",
  "",
  "A save starts the issuer again with the new code and applies the files of --apply again. A module that cannot be loaded is told about, and the issuer goes on as it was.",
  "",
  "Exit code with --once: 0 if every Certificate of --apply is Ready, 1 if one has failed or the time is over.",
].join("\n");

/** `countersign dev`. */
export const devCommand: CliCommand = {
  isStream: true,
  declare: () =>
    new Command("dev")
      .description(DESCRIPTION)
      .argument("[module]", "the author's module; issuer.ts if not given")
      .addOption(
        new Option(
          "-a, --apply <path>",
          "a YAML file, or a folder of them, with issuers, Secrets, Certificates; may be repeated",
        )
          .argParser(append)
          .default([], "none"),
      )
      .option("-n, --namespace <namespace>", "for objects that name none", "default")
      .option(
        "--cluster-resource-namespace <namespace>",
        "where the Secrets of cluster issuers are; the issuer's own if not given",
      )
      .option("--current-context", "work in the cluster that kubectl works in")
      .option("--context <name>", "work in the cluster of this context")
      .option("--kubeconfig <file>", "work in the cluster of this kubeconfig")
      .option("-y, --yes", "install CustomResourceDefinitions and rights there, unasked")
      .option("--user-rights", "run the issuer there with your rights, not its account's")
      .option("--once", "end when every Certificate of --apply is Ready, or one has failed")
      .addOption(
        new Option("--timeout <duration>", "how long --once may take; 2m if not given").argParser(
          parseDuration,
        ),
      ),
  run: (invocation) => dev(invocation as Invocation<DevFlags>),
};

async function dev({ args, options, output, terminal }: Invocation<DevFlags>): Promise<Report> {
  const settings = settingsOf(args, options);
  const { signal } = terminal;
  // The other commands need none of it.
  const { develop } = await import("./develop.ts");
  try {
    return await develop(settings, {
      openDisplay: (view) =>
        output === "json" ? jsonDisplay(terminal.out) : textDisplay(terminal, view),
      openCluster: (display) => openCluster(settings.cluster, { terminal, display }),
      now: () => new Date(),
      signal,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    if (options.once) throw failure("Stopped before every Certificate was Ready", { cause: error });
    return { isOk: true, text: "", value: { type: "result", isOk: true } };
  }
}

function textDisplay(terminal: Terminal, view: LiveView): Display {
  const { out, screen } = terminal;
  if (screen === undefined) return plainDisplay(terminal, () => performance.now());
  return new LiveDisplay({ out, screen, now: () => new Date() }, view);
}

async function openCluster(
  choice: ClusterChoice,
  { terminal, display }: { terminal: Terminal; display: Display },
): Promise<DevCluster> {
  const { signal, ask } = terminal;
  if (choice.is === "own") {
    const { startOwnCluster } = await import("./own-cluster.ts");
    return startOwnCluster({
      signal,
      progress: (event) => display.show({ type: "step", ...event }),
    });
  }
  const { connectCurrentCluster } = await import("./current-cluster.ts");
  return connectCurrentCluster({
    ...choice,
    signal,
    confirm: async (cluster) =>
      choice.isConfirmed ||
      (await ask?.(`Install CustomResourceDefinitions and rights in ${cluster}?`)) === true,
  });
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function parseDuration(text: string): number {
  try {
    const durationMs = parseGoDuration(text);
    if (durationMs > 0) return durationMs;
  } catch {
    // Said below, in the words of the flag.
  }
  throw new InvalidArgumentError("must be a duration such as 90s or 5m.");
}
