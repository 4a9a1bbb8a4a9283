import { dirname, resolve } from "node:path";
import { errorCodeOf } from "./error-code.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { isRecord, type KubeconfigEntry } from "./kubeconfig-file.ts";

/** Reads the typed fields of one context, cluster or user, with errors that say where it stands. */
export class KubeconfigFields {
  readonly #what: string;
  readonly #entry: KubeconfigEntry;
  readonly #readFile: (path: string) => Promise<string>;

  constructor(what: string, entry: KubeconfigEntry, readFile: (path: string) => Promise<string>) {
    this.#what = what;
    this.#entry = entry;
    this.#readFile = readFile;
  }

  has(key: string): boolean {
    const value = this.#entry.fields[key];
    return value !== undefined && value !== null && value !== "";
  }

  /** As it came; undefined for all that is as good as absent. */
  raw(key: string): unknown {
    return this.has(key) ? this.#entry.fields[key] : undefined;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value;
    throw this.invalid(`${key} must be a string`);
  }

  flag(key: string): boolean {
    const value = this.raw(key) ?? false;
    if (typeof value === "boolean") return value;
    throw this.invalid(`${key} must be true or false`);
  }

  texts(key: string): readonly string[] {
    const value = this.raw(key) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw this.invalid(`${key} must be a list of strings`);
  }

  /** The fields of a map below this one. */
  section(key: string): KubeconfigFields | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : this.#below(key, value);
  }

  /** The fields of each map of a list below this one. */
  sections(key: string): readonly KubeconfigFields[] {
    const value = this.raw(key) ?? [];
    if (!Array.isArray(value)) throw this.invalid(`${key} must be a list`);
    return value.map((item: unknown, index) => this.#below(`${key}[${index}]`, item));
  }

  /** A path, relative to the file that names it. */
  path(key: string): string | undefined {
    const path = this.text(key);
    return path === undefined ? undefined : resolve(dirname(this.#entry.file), path);
  }

  /** A command: looked up in PATH when it is a bare name, else a path. */
  command(key: string): string | undefined {
    return this.text(key)?.includes("/") ? this.path(key) : this.text(key);
  }

  /** PEM from `<key>-data` (base64), else from the file that `<key>` names. client-go's order. */
  async pem(key: string): Promise<string | undefined> {
    const data = this.text(`${key}-data`);
    if (data !== undefined) return this.#decodePem(`${key}-data`, data);
    const path = this.pemPath(key);
    if (path === undefined) return undefined;
    try {
      return await this.#readFile(path);
    } catch (cause) {
      throw new KubeconfigError(
        "ERR_KUBECONFIG_UNREADABLE",
        `${this.#where()}: cannot read ${key} ${path}: ${errorCodeOf(cause)}`,
        { cause },
      );
    }
  }

  /** The file that {@link pem} reads, if it reads one. */
  pemPath(key: string): string | undefined {
    return this.text(`${key}-data`) === undefined ? this.path(key) : undefined;
  }

  invalid(problem: string): KubeconfigError {
    return new KubeconfigError("ERR_KUBECONFIG_INVALID", `${this.#where()}: ${problem}`);
  }

  unsupported(problem: string): KubeconfigError {
    return new KubeconfigError("ERR_KUBECONFIG_UNSUPPORTED", `${this.#where()}: ${problem}`);
  }

  #where(): string {
    return `Cannot use ${this.#what} of kubeconfig ${this.#entry.file}`;
  }

  #below(key: string, value: unknown): KubeconfigFields {
    if (!isRecord(value)) throw this.invalid(`${key} must be a map`);
    const entry = { file: this.#entry.file, fields: value };
    return new KubeconfigFields(`${key} of ${this.#what}`, entry, this.#readFile);
  }

  #decodePem(key: string, data: string): string {
    const compact = data.replaceAll(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw this.invalid(`${key} is not base64`);
    const pem = Buffer.from(compact, "base64").toString("latin1");
    if (!pem.includes("-----BEGIN ")) throw this.invalid(`${key} is not base64 of PEM`);
    return pem;
  }
}
