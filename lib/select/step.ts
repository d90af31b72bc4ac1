import { FieldReader, type Path } from '../json/field.js';
import type { Message } from '../parse/message.js';

/** Message in, message of some of its fields out: the select stage without its stream. */
export class SelectStep {
  readonly #fields: readonly { readonly reader: FieldReader; readonly key: Buffer }[];

  constructor(paths: readonly Path[]) {
    this.#fields = paths.map((path) => ({
      reader: new FieldReader(path),
      key: Buffer.from(`${JSON.stringify(path.text)}:`),
    }));
  }

  /** The record `{ path: value, … }` of the fields that are there, each with the bytes that arrived. */
  pick(message: Message): Message {
    if (message.isGap) return message;
    const { text } = message;
    const pieces: Buffer[] = [OPEN];
    for (const { reader, key } of this.#fields) {
      if (!reader.find(text, 0, text.length)) continue;
      if (pieces.length > 1) pieces.push(COMMA);
      pieces.push(key, text.subarray(reader.start, reader.end));
    }
    pieces.push(CLOSE);
    return message.withText(Buffer.concat(pieces));
  }
}

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from('}');
