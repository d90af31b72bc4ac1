import { compilePath, FieldReader } from './field.js';

/** Some fields of a JSON text as one key: their texts as they are written, one behind another, without a value being built. */
export class FieldsKey {
  /** Where the key stands that was read last. */
  bytes = Buffer.alloc(256);
  readonly #readers: readonly FieldReader[];

  /** @throws {ConfigError} when a path cannot be read */
  constructor(paths: readonly (string | readonly (string | number)[])[], option: string) {
    this.#readers = paths.map((path) => new FieldReader(compilePath(path, option)));
  }

  /** Reads the key of a JSON text. Returns its length, or `undefined` when a field is missing. */
  read(data: Buffer): number | undefined {
    let length = 0;
    for (const reader of this.#readers) {
      try {
        if (!reader.find(data, 0, data.length)) return undefined;
      } catch {
        // Bytes that were not checked yet: a key with a bad escape cannot be compared. The parse stage refuses them.
        return undefined;
      }
      const size = reader.end - reader.start;
      if (length + size + 1 > this.bytes.length) this.#grow(length + size + 1, length);
      data.copy(this.bytes, length, reader.start, reader.end);
      // JSON holds no such byte as it is, so no two lists of fields look alike.
      this.bytes[length + size] = 0;
      length += size + 1;
    }
    return length;
  }

  #grow(needed: number, used: number): void {
    const larger = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, used);
    this.bytes = larger;
  }
}
