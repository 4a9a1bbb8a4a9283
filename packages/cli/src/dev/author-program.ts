import { relative } from "node:path";
import { messageOf } from "@countersign/issuer/inspect";
import { failure } from "../cli-error.ts";
import type { ServedKind } from "../cluster/discovery.ts";
import type { DevCluster, RunningIssuer } from "./dev-cluster.ts";
import type { Display } from "./dev-event.ts";
import { loadModule } from "./load-module.ts";
import type { IssuerModule, LoadOrder } from "./module-report.ts";
import { importFlags, pathOfProgram, programEnv } from "./node-program.ts";

/** What an author's program runs in. */
export interface ProgramSetting {
  readonly cluster: DevCluster;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** Within the grace that the process is given between SIGTERM and SIGKILL. */
const FLAGS = ["--graceful-shutdown-timeout=4s", "--leader-elect=false"];

/**
 * An author's issuers as a process of their own, which follows what they save: a module that loads
 * takes the old one's place, one that does not is told about, and the old one goes on.
 */
export class AuthorProgram {
  readonly #setting: ProgramSetting;
  readonly #ended = new AbortController();
  #module: IssuerModule;
  #files: readonly string[];
  #running: RunningIssuer | undefined;
  /** How many starts there were, and were asked for: an end that was asked for is no trouble. */
  #starts = 0;

  /** @param loaded what the first load has given. */
  constructor(
    loaded: { readonly module: IssuerModule; readonly files: readonly string[] },
    setting: ProgramSetting,
  ) {
    this.#setting = setting;
    this.#module = loaded.module;
    this.#files = loaded.files;
  }

  /** The author's own files that it is made of, as far as is known. */
  get files(): readonly string[] {
    return this.#files;
  }

  get kinds(): readonly ServedKind[] {
    return this.#module.kinds;
  }

  /** Aborts when the process has ended though nobody asked it to. The reason says how. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  logTail(lines: number): readonly string[] {
    return this.#running?.process.logTail(lines) ?? [];
  }

  /** Installs what it needs in the cluster and starts it. */
  async start({ file, clusterResourceNamespace }: LoadOrder): Promise<void> {
    const { name, manifests } = this.#module;
    const flags = [...FLAGS, `--cluster-resource-namespace=${clusterResourceNamespace ?? name}`];
    this.#running = await this.#setting.cluster.startIssuer({
      name,
      manifests,
      command: process.execPath,
      args: [...importFlags(process.execArgv), pathOfProgram("issuer-program"), file, ...flags],
      env: programEnv(process.env),
    });
    this.#watchEnd();
  }

  /** Loads the module again; where files of it have changed it also starts anew. What goes wrong is shown. */
  async reload(order: LoadOrder, { changed }: { changed: readonly string[] }): Promise<void> {
    const { cluster, display, signal } = this.#setting;
    const report = await loadModule(order, { signal });
    if (!report.isLoaded) {
      // What it imported until now may be where the fault is mended.
      this.#files = [...new Set([...this.#files, ...report.files])];
      display.show({ type: "trouble", message: `${report.message}. ${GOES_ON}` });
      return;
    }
    this.#files = report.files;
    this.#module = report.module;
    try {
      await cluster.installManifests(report.module.manifests);
      if (changed.length > 0) await this.#restart(changed);
    } catch (error) {
      signal.throwIfAborted();
      const message = `Cannot install what ${order.file} needs: ${messageOf(error)}. ${GOES_ON}`;
      display.show({ type: "trouble", message });
    }
  }

  async #restart(changed: readonly string[]): Promise<void> {
    this.#starts += 1;
    await this.#running?.restart();
    this.#watchEnd();
    const names = changed.map((file) => relative(process.cwd(), file)).join(", ");
    this.#setting.display.show({
      type: "note",
      message: `Started the issuer again: ${names} changed`,
    });
  }

  #watchEnd(): void {
    const started = this.#starts;
    // `exited` never rejects.
    void this.#running?.process.exited.then(({ code, signal, log }) => {
      if (this.#starts !== started || this.#setting.signal.aborted) return;
      const how = code === null ? String(signal) : `exit code ${code}`;
      const last = log.slice(-SHOWN_LINES).map((line) => `\n  ${line}`);
      const message = `The issuer has ended by itself, with ${how}`;
      const lines = `${message}. Its last lines:${last.join("")}`;
      this.#setting.display.show({ type: "trouble", message: lines });
      this.#ended.abort(failure(`${message}: correct what its last lines say, and start again`));
    });
  }
}

const GOES_ON = "The issuer goes on as it was: correct it and save it again";
const SHOWN_LINES = 10;
