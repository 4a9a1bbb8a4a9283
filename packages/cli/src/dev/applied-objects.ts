import type { Client, KubeObject, NamespacedName } from "@countersign/kube";
import { type FileObject, filesToApply, readFileObjects } from "./applied-files.ts";
import { applyFileObjects } from "./apply-file-objects.ts";

/** Settings of {@link AppliedObjects}. */
export interface AppliedObjectsOptions {
  /** Files and folders, as the caller named them. */
  readonly paths: readonly string[];
  /** For objects that name none. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** The objects of the files that `--apply` names: read, and applied again when they are saved. */
export class AppliedObjects {
  readonly #options: AppliedObjectsOptions;
  #objects: readonly FileObject[] = [];
  #files: readonly string[] = [];

  constructor(options: AppliedObjectsOptions) {
    this.#options = options;
  }

  /** What to look at for changes: the files, and the folders, which change when a file comes or goes. */
  async paths(): Promise<readonly string[]> {
    const { paths } = this.#options;
    // A file that is being replaced may be missing for a moment.
    this.#files = await filesToApply(paths).catch(() => this.#files);
    return [...paths, ...this.#files];
  }

  /** Whether one of some changed paths is one of its own. */
  hasAny(changed: readonly string[]): boolean {
    const own = new Set([...this.#options.paths, ...this.#files]);
    return changed.some((path) => own.has(path));
  }

  /** Reads all files. @throws CliError usage for one that is not there, or no YAML of objects. */
  async read(): Promise<void> {
    this.#objects = await readFileObjects(await filesToApply(this.#options.paths));
  }

  /** @throws CliError for the first object that is refused. */
  async apply(client: Client): Promise<void> {
    await applyFileObjects(client, this.#objects, this.#options);
  }

  /** Those that the objects are in, and the one for whatever names none. */
  namespaces(): string[] {
    const { namespace } = this.#options;
    const named = this.#objects.flatMap(({ object }) => object.metadata.namespace ?? []);
    return [...new Set([namespace, ...named])].sort();
  }

  /** The Certificates of cert-manager among them. */
  certificates(): NamespacedName[] {
    const { namespace } = this.#options;
    return this.#objects
      .filter(({ object }) => isCertificate(object))
      .map(({ object }) => ({ namespace, ...object.metadata }))
      .map((metadata) => ({ namespace: metadata.namespace, name: metadata.name }));
  }
}

function isCertificate({ apiVersion, kind }: KubeObject): boolean {
  return kind === "Certificate" && apiVersion === "cert-manager.io/v1";
}
