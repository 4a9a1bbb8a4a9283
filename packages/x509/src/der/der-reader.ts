/**
 * Reads strict DER (X.690 §10), one value after another.
 *
 * A reader never descends by itself: its caller opens each level by name, so the depth of a read is
 * the depth of the grammar and no input can make it deeper. Refused are what BER allows and DER
 * does not (indefinite and non-minimal lengths), tags of more than one octet, which nothing in
 * PKIX uses, and bytes left over at the end of a level.
 */

import { X509Error } from "../x509-error.ts";
import { describeTag } from "./tag.ts";

/** One tag-length-value. Its bytes are views into what the reader was given. */
export interface DerValue {
  tag: number;
  /** Tag, length and content. */
  der: Uint8Array;
  content: Uint8Array;
  /** Where `content` starts, in bytes from the start of the outermost DER. */
  contentOffset: number;
}

export class DerReader {
  /** The structure being read, as messages call it: "CSR", "certificate". */
  readonly what: string;
  readonly #bytes: Uint8Array;
  readonly #base: number;
  #position = 0;

  /** `offset` is where `der` starts in the structure that errors count from. @default 0 */
  constructor(der: Uint8Array, what: string, options: { offset?: number } = {}) {
    this.#bytes = der;
    this.what = what;
    this.#base = options.offset ?? 0;
  }

  /** Opens the content of a value that was read before. */
  inside(value: DerValue): DerReader {
    return new DerReader(value.content, this.what, { offset: value.contentOffset });
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** The next value's tag, or undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#position];
  }

  /** Reads the next value whatever its tag. `field` names it in messages. */
  readAny(field: string): DerValue {
    const start = this.#position;
    const tag = this.#byte(start, field);
    if ((tag & 0x1f) === 0x1f) throw this.error(`${field} has a long tag, must have a short one`);
    const { length, size } = this.#length(start + 1, field);
    const contentStart = start + 1 + size;
    const end = contentStart + length;
    if (end > this.#bytes.length) {
      throw this.error(
        `${field} is ${length} bytes long by its header, must be at most the ${this.#bytes.length - contentStart} that follow`,
      );
    }
    this.#position = end;
    return {
      tag,
      der: this.#bytes.subarray(start, end),
      content: this.#bytes.subarray(contentStart, end),
      contentOffset: this.#base + contentStart,
    };
  }

  read(tag: number, field: string): DerValue {
    if (this.nextTag !== tag) {
      const was = this.nextTag === undefined ? "missing" : describeTag(this.nextTag);
      throw this.error(`${field} is ${was}, must be ${describeTag(tag)}`);
    }
    return this.readAny(field);
  }

  readOptional(tag: number, field: string): DerValue | undefined {
    return this.nextTag === tag ? this.readAny(field) : undefined;
  }

  /** Reads a constructed value and opens it. */
  enter(tag: number, field: string): DerReader {
    return this.inside(this.read(tag, field));
  }

  /** Throws unless everything was read. */
  end(field: string): void {
    if (!this.isAtEnd) {
      throw this.error(
        `${field} is followed by ${this.#bytes.length - this.#position} more bytes, must be followed by none`,
      );
    }
  }

  /** An `ERR_X509_DER` at the current position. */
  error(detail: string): X509Error {
    return new X509Error("ERR_X509_DER", `Cannot parse ${this.what}: ${detail}`, {
      offset: this.#base + this.#position,
    });
  }

  #byte(index: number, field: string): number {
    const byte = this.#bytes[index];
    if (byte === undefined) throw this.error(`${field} is cut short, must be a complete value`);
    return byte;
  }

  #length(index: number, field: string): { length: number; size: number } {
    const first = this.#byte(index, field);
    if (first < 0x80) return { length: first, size: 1 };
    const count = first & 0x7f;
    if (count === 0)
      throw this.error(`${field} has an indefinite length, must have a definite one`);
    // Four octets say 4 GiB: every input is far smaller, and the sum below stays exact.
    if (count > 4) throw this.error(`${field} has a ${count}-byte length, must have at most 4`);
    let length = 0;
    for (let i = 1; i <= count; i++) length = length * 256 + this.#byte(index + i, field);
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw this.error(`${field} has a padded length, must have the shortest one`);
    }
    return { length, size: 1 + count };
  }
}
