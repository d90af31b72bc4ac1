import { JsonCheck } from '../../json/check.js';
import { compilePath, FieldReader, scalarAt } from '../../json/field.js';
import type { FieldMatch, FrameMatch } from '../../json/match.js';

/** A frame that is looked at for several matches: its bytes are checked once, when the first of them asks for a field. */
export class LookedAt {
  readonly #check = new JsonCheck();
  #data: Buffer = Buffer.alloc(0);
  #isJson: boolean | undefined;

  /** Turns to the next frame. */
  at(data: Buffer): this {
    this.#data = data;
    this.#isJson = undefined;
    return this;
  }

  get data(): Buffer {
    return this.#data;
  }

  /** Points `reader` to its field, and tells whether there is one. */
  find(reader: FieldReader): boolean {
    this.#isJson ??= this.#check.check(this.#data, 0, this.#data.length);
    return this.#isJson && reader.find(this.#data, this.#check.start, this.#check.end);
  }
}

/** Tells whether a frame is meant, and what it holds there. */
export interface Matcher {
  matches(frame: LookedAt): boolean;
  /** After a match: the field as it stands in the frame, a string with its quotes; or the text. */
  value(): string;
}

/**
 * @throws {ConfigError} when the path cannot be read
 */
export function compileMatch(match: FrameMatch, option: string): Matcher {
  return 'text' in match ? textMatcher(Buffer.from(match.text)) : fieldMatcher(match, option);
}

function textMatcher(text: Buffer): Matcher {
  return { matches: ({ data }) => data.equals(text), value: () => text.toString() };
}

function fieldMatcher({ path, equals }: FieldMatch, option: string): Matcher {
  const reader = new FieldReader(compilePath(path, option));
  let data: Buffer;
  return {
    matches: (frame) => {
      if (!frame.find(reader)) return false;
      data = frame.data;
      return equals === undefined || scalarAt(data, reader.start, reader.end) === equals;
    },
    value: () => data.toString('utf8', reader.start, reader.end),
  };
}
