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

/** In one list. A CSR of the size that cert-manager takes cannot ask for more names. */
const MOST_VALUES = 10_000;

/** One tag-length-value. Its bytes are views into what the reader was given, made when they are asked for. */
export class DerValue {
  readonly tag: number;
  /** Where the content starts, in bytes from the start of the outermost DER. */
  readonly contentOffset: number;
  /** What the reader was given. */
  readonly source: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(
    source: Uint8Array,
    place: { tag: number; start: number; contentStart: number; end: number },
  ) {
    this.tag = place.tag;
    this.contentOffset = place.contentStart;
    this.source = source;
    this.#start = place.start;
    this.#end = place.end;
  }

  /** Tag, length and content. */
  get der(): Uint8Array {
    return this.source.subarray(this.#start, this.#end);
  }

  get content(): Uint8Array {
    return this.source.subarray(this.contentOffset, this.#end);
  }

  get contentLength(): number {
    return this.#end - this.contentOffset;
  }
}

export class DerReader {
  /** The structure being read, as messages call it: "CSR", "certificate". */
  readonly what: string;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  #count = 0;

  /** Reads all of `der`, or from `start` to before `end`. Errors count from the start of `der`. */
  constructor(der: Uint8Array, what: string, options: { start?: number; end?: number } = {}) {
    this.#bytes = der;
    this.what = what;
    this.#position = options.start ?? 0;
    this.#end = options.end ?? der.length;
  }

  /** Opens the content of a value that was read before. */
  inside({ source, contentOffset, contentLength }: DerValue): DerReader {
    const end = contentOffset + contentLength;
    return new DerReader(source, this.what, { start: contentOffset, end });
  }

  get isAtEnd(): boolean {
    return this.#position === this.#end;
  }

  /** The next value's tag, or undefined at the end. */
  get nextTag(): number | undefined {
    return this.isAtEnd ? undefined : this.#bytes[this.#position];
  }

  /** Reads the next value whatever its tag. `field` names it in messages. */
  readAny(field: string): DerValue {
    this.#count += 1;
    if (this.#count > MOST_VALUES) {
      throw this.error(
        `${field} is number ${this.#count} of its list, must be at most ${MOST_VALUES}`,
      );
    }
    const start = this.#position;
    const tag = this.#byte(start, field);
    if ((tag & 0x1f) === 0x1f) throw this.error(`${field} has a long tag, must have a short one`);
    const { length, size } = this.#length(start + 1, field);
    const contentStart = start + 1 + size;
    const end = contentStart + length;
    if (end > this.#end) {
      throw this.error(
        `${field} is ${length} bytes long by its header, must be at most the ${this.#end - contentStart} that follow`,
      );
    }
    this.#position = end;
    return new DerValue(this.#bytes, { tag, start, contentStart, end });
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
        `${field} is followed by ${this.#end - this.#position} more bytes, must be followed by none`,
      );
    }
  }

  /** An `ERR_X509_DER` at the current position. */
  error(detail: string): X509Error {
    return new X509Error("ERR_X509_DER", `Cannot parse ${this.what}: ${detail}`, {
      offset: this.#position,
    });
  }

  #byte(index: number, field: string): number {
    const byte = index < this.#end ? this.#bytes[index] : undefined;
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
