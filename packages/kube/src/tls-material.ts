import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { abortable } from "./abortable.ts";
import type { ClientCertificate, Connection, TlsFiles } from "./connection.ts";

/** What handshakes with a server need: whom to trust and what to show. Another object is other material. */
export interface TlsMaterial {
  readonly caPem?: string;
  readonly clientCertificate?: ClientCertificate;
}

/** What {@link TlsMaterialSource} works with. */
export interface TlsMaterialOptions {
  readonly readFile?: (path: string) => Promise<string>;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** As client-go reads tokens: a rotated CA is in its file long before the old one is out of use. */
const READ_EVERY_MS = 60_000;

/**
 * The TLS material of a connection, whose files are replaced under way: a service account's `ca.crt`
 * when the cluster's CA rotates, a kubeconfig's client certificate before it expires.
 *
 * Guarantees: files are read at most once a minute, and when a handshake or a call was refused; what
 * is absent, unreadable or half replaced (a key that is not its certificate's) leaves in use what was
 * before.
 */
export class TlsMaterialSource {
  readonly #files: TlsFiles;
  readonly #readFile: (path: string) => Promise<string>;
  readonly #now: () => number;
  #material: TlsMaterial;
  #readAt: number;
  #reading: Promise<TlsMaterial> | undefined;

  constructor(
    connection: Pick<Connection, "caPem" | "clientCertificate" | "tlsFiles">,
    options: TlsMaterialOptions = {},
  ) {
    const { caPem, clientCertificate, tlsFiles = {} } = connection;
    this.#files = tlsFiles;
    this.#readFile = options.readFile ?? ((path) => readFile(path, "utf8"));
    this.#now = options.now ?? (() => performance.now());
    this.#material = {
      ...(caPem === undefined ? {} : { caPem }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
    this.#readAt = this.#now();
  }

  /** What to connect with now. */
  async current(signal?: AbortSignal): Promise<TlsMaterial> {
    if (!this.#hasFiles || this.#now() - this.#readAt < READ_EVERY_MS) return this.#material;
    return abortable(this.#read(), signal);
  }

  /** Reads the files again. @returns whether there is other material than what was refused. */
  async refresh(refused: TlsMaterial, signal?: AbortSignal): Promise<boolean> {
    if (this.#material !== refused) return true;
    return this.#hasFiles && (await abortable(this.#read(), signal)) !== refused;
  }

  get #hasFiles(): boolean {
    return this.#files.ca !== undefined || this.#files.clientCertificate !== undefined;
  }

  #read(): Promise<TlsMaterial> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(): Promise<TlsMaterial> {
    const before = this.#material;
    const caPem = (await this.#readCa()) ?? before.caPem;
    const clientCertificate = (await this.#readClientCertificate()) ?? before.clientCertificate;
    this.#readAt = this.#now();
    const after = {
      ...(caPem === undefined ? {} : { caPem }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
    if (!isDeepStrictEqual(before, after)) this.#material = after;
    return this.#material;
  }

  async #readCa(): Promise<string | undefined> {
    const { ca } = this.#files;
    if (ca === undefined) return undefined;
    try {
      const pem = await this.#readFile(ca);
      new X509Certificate(pem); // throws for what is no certificate
      return pem;
    } catch {
      return undefined;
    }
  }

  async #readClientCertificate(): Promise<ClientCertificate | undefined> {
    const paths = this.#files.clientCertificate;
    if (paths === undefined) return undefined;
    try {
      const certPem = await this.#readFile(paths.certificate);
      const keyPem = await this.#readFile(paths.key);
      const isPair = new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem));
      return isPair ? { certPem, keyPem } : undefined;
    } catch {
      return undefined;
    }
  }
}
