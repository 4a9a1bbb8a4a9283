import { generateKeyPairSync } from "node:crypto";
import {
  type Certificate,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  type Signer,
  templateForKey,
} from "@countersign/x509";
import { MODEL_START } from "./model-clock.ts";

const DAY_MS = 24 * 3_600_000;

/** Keys to make requests with: a request made anew under a name has another. */
const KEY_COUNT = 3;

/** The keys of requesters and of the CA, and the certificates for them. Each is made once a run. */
export class ModelKeys {
  readonly #csrs: readonly string[];
  readonly #signers: readonly Signer[];
  readonly #caSigner: Signer;
  readonly #ca: Certificate;
  readonly #certificates = new Map<string, string>();

  private constructor(parts: {
    csrs: string[];
    signers: Signer[];
    caSigner: Signer;
    ca: Certificate;
  }) {
    this.#csrs = parts.csrs;
    this.#signers = parts.signers;
    this.#caSigner = parts.caSigner;
    this.#ca = parts.ca;
  }

  static async create(): Promise<ModelKeys> {
    const subject = { commonName: "web" };
    const signers = Array.from({ length: KEY_COUNT }, newSigner);
    const csrs = await Promise.all(signers.map((signer) => createCsr({ subject, signer })));
    const caSigner = newSigner();
    const caDer = await createSelfSignedCertificate({
      subject: { commonName: "Model CA" },
      signer: caSigner,
      isCA: true,
      durationMs: 1_000 * DAY_MS,
      now: new Date(MODEL_START.getTime() - 100 * DAY_MS),
    });
    return new ModelKeys({ csrs, signers, caSigner, ca: parseCertificate(caDer) });
  }

  /** The PEM of the request that a key has signed. Keys are counted round: any number is one. */
  csr(key: number): string {
    return nth(this.#csrs, key);
  }

  publicKey(key: number): Uint8Array {
    return nth(this.#signers, key).publicKeyDer;
  }

  /** The PEM of a certificate for a key; the same for the same arguments. */
  async certificate(key: number, from: Date, durationMs: number = 90 * DAY_MS): Promise<string> {
    const name = `${key} ${from.toISOString()} ${durationMs}`;
    const pem = this.#certificates.get(name) ?? (await this.#issue(key, from, durationMs));
    this.#certificates.set(name, pem);
    return pem;
  }

  async #issue(key: number, now: Date, durationMs: number): Promise<string> {
    const template = templateForKey(this.publicKey(key), {
      subject: { commonName: "web" },
      durationMs,
      now,
      usages: ["digital signature", "key encipherment"],
    });
    const der = await issueCertificate(template, { issuer: this.#ca, signer: this.#caSigner });
    return encodePem("CERTIFICATE", der);
  }
}

function nth<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError(`Cannot find key ${index}: must be 0 or more`);
  return value;
}

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}
