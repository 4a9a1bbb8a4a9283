import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Client,
  createClient,
  createTransport,
  loadKubeconfig,
  type Transport,
} from "@countersign/kube";
import type { ProcessOptions, SupervisedProcess, Supervisor } from "../supervisor/supervisor.ts";
import { TestingError } from "../testing-error.ts";
import type { Authority, Holder, KeyAndCertificate } from "./authority.ts";
import { formatKubeconfig } from "./kubeconfig.ts";
import { withLog } from "./start-on-free-port.ts";

/** What a control plane is made of. */
export interface ControlPlaneParts {
  readonly supervisor: Supervisor;
  readonly authority: Authority;
  readonly url: string;
  readonly etcdUrl: string;
  readonly kubeconfigPath: string;
  readonly auditLogPath: string | undefined;
  readonly etcd: SupervisedProcess;
  readonly apiServer: SupervisedProcess;
  /** Starts kube-apiserver on its port again and waits until it is ready. */
  readonly startApiServer: (signal: AbortSignal | undefined) => Promise<SupervisedProcess>;
}

/** A running API server with its etcd. Made by `startControlPlane()`. */
export class ControlPlane implements AsyncDisposable {
  readonly #parts: ControlPlaneParts;
  readonly #failed = new AbortController();
  readonly #transport: Transport;
  readonly #client: Client;
  #apiServer: SupervisedProcess;
  /** The process whose end is wanted, and is therefore no failure. */
  #ending: SupervisedProcess | undefined;
  #isStopping = false;

  constructor(parts: ControlPlaneParts, transport: Transport) {
    this.#parts = parts;
    this.#transport = transport;
    this.#client = createClient(transport);
    this.#apiServer = parts.apiServer;
    this.#watch(parts.etcd);
    this.#watch(parts.apiServer);
    parts.supervisor.lost.addEventListener("abort", () => this.#fail(parts.supervisor.lost.reason));
  }

  /** Where the API server is: `https://127.0.0.1:<port>`. */
  get url(): string {
    return this.#parts.url;
  }

  /**
   * Where etcd is: `https://127.0.0.1:<port>`. It asks for a client certificate of this control
   * plane's authority, and then lets everything be read and written behind the API server's back.
   */
  get etcdUrl(): string {
    return this.#parts.etcdUrl;
  }

  /** The folder that holds all its files and goes with it. Mode 0700. */
  get dir(): string {
    return this.#parts.supervisor.dir;
  }

  /** The administrator's kubeconfig: a client certificate of `system:masters`. Mode 0600. */
  get kubeconfigPath(): string {
    return this.#parts.kubeconfigPath;
  }

  get caPem(): string {
    return this.#parts.authority.caPem;
  }

  /** One JSON line for each call; undefined unless `audit` was asked for. */
  get auditLogPath(): string | undefined {
    return this.#parts.auditLogPath;
  }

  /** The administrator's client. It closes with the control plane. */
  get client(): Client {
    return this.#client;
  }

  /** Another one after `restartApiServer()`. */
  get apiServer(): SupervisedProcess {
    return this.#apiServer;
  }

  get apiServerPid(): number {
    return this.#apiServer.pid;
  }

  get etcd(): SupervisedProcess {
    return this.#parts.etcd;
  }

  /**
   * Aborts when a server ended that nobody asked to end. The reason is a TestingError
   * `ERR_CONTROL_PLANE_FAILED` with the last lines of its log. By then everything is being ended.
   */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Runs a process that ends with this control plane, and so with this process. */
  startProcess(options: ProcessOptions): Promise<SupervisedProcess> {
    return this.#parts.supervisor.startProcess(options);
  }

  /** Issues a certificate that the API server knows the authority of. */
  issueCertificate(holder: Holder): Promise<KeyAndCertificate> {
    return this.#parts.authority.issue(holder);
  }

  /** Writes a kubeconfig for a user with a client certificate, `<name>.kubeconfig`, and returns its path. */
  async createKubeconfig(
    name: string,
    user: { readonly userName: string; readonly groups?: readonly string[] },
  ): Promise<string> {
    const pair = await this.#parts.authority.issue({
      subject: { commonName: user.userName, organization: user.groups ?? [] },
      usages: ["client auth"],
    });
    return this.writeKubeconfig(name, pair);
  }

  /**
   * Writes `<name>.kubeconfig`, mode 0600, and returns its path. `url` is where to reach the API
   * server if not directly: a proxy's, with a certificate of this control plane's authority.
   */
  async writeKubeconfig(
    name: string,
    user: Parameters<typeof formatKubeconfig>[1],
    url: string = this.url,
  ): Promise<string> {
    const path = join(this.dir, `${name}.kubeconfig`);
    const { caPem } = this;
    await writeFile(path, formatKubeconfig({ url, caPem }, user), { mode: 0o600 });
    return path;
  }

  /** Ends the API server and waits until it has ended; etcd and its data stay. */
  async killApiServer(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    this.#ending = this.#apiServer;
    this.#apiServer.signal(signal);
    await this.#apiServer.exited;
  }

  /** Ends the API server if it runs, and starts it on the same port with the same data. */
  async restartApiServer(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.killApiServer();
    this.#apiServer = await this.#parts.startApiServer(options.signal);
    this.#watch(this.#apiServer);
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#transport.close(), this.#parts.supervisor.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #watch(process: SupervisedProcess): void {
    // `exited` never rejects.
    void process.exited.then(({ code, signal, log }) => {
      if (this.#ending === process) return;
      const how = signal === null ? `exit code ${code}` : signal;
      const message = `Cannot go on with control plane ${this.url}: ${process.name} ended with ${how}`;
      this.#fail(new TestingError("ERR_CONTROL_PLANE_FAILED", withLog(message, log)));
    });
  }

  #fail(reason: unknown): void {
    if (this.#isStopping) return;
    this.#failed.abort(reason);
    this.stop().catch(() => {}); // whoever calls stop() hears of it
  }
}

/** The parts of a control plane that running a program takes; whoever has another cluster can offer them too. */
export type ControllerHost = Pick<
  ControlPlane,
  "client" | "dir" | "failed" | "startProcess" | "writeKubeconfig"
>;

/** Connects the administrator's client and wraps the parts. */
export async function createControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const connection = await loadKubeconfig({ path: parts.kubeconfigPath });
  return new ControlPlane(parts, createTransport(connection, { userAgent: "countersign-testing" }));
}
