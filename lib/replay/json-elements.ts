import type { Token } from 'stream-json/parser.js';

/**
 * Puts the tokens of one JSON array together to the texts of its elements, one at a time. Keys keep their order and
 * numbers their digits, which they would not as values.
 */
export class JsonElements {
  /** How many elements were completed. */
  count = 0;
  /** Whether the value is no array. */
  isOther = false;
  /** Whether the array has ended. */
  isEnded = false;
  #depth = 0;
  #text = '';
  #needsComma = false;

  get isBegun(): boolean {
    return this.#depth > 0 || this.isEnded || this.isOther;
  }

  /** The text of the element that `token` completes, if it does. */
  push(token: Token): string | undefined {
    if (this.#depth === 0) {
      if (token.name === 'startArray' && !this.isEnded) this.#depth = 1;
      else this.isOther = true;
      return undefined;
    }
    switch (token.name) {
      case 'startObject':
        return this.#open('{');
      case 'startArray':
        return this.#open('[');
      case 'endObject':
        return this.#close('}');
      case 'endArray':
        if (this.#depth > 1) return this.#close(']');
        this.#depth = 0;
        this.isEnded = true;
        return undefined;
      case 'keyValue':
        this.#text += `${this.#needsComma ? ',' : ''}${JSON.stringify(token.value)}:`;
        this.#needsComma = false;
        return undefined;
      case 'stringValue':
        return this.#value(JSON.stringify(token.value));
      case 'numberValue':
        return this.#value(token.value);
      case 'trueValue':
      case 'falseValue':
      case 'nullValue':
        return this.#value(String(token.value));
      // The same values once more, in pieces.
      case 'startKey':
      case 'endKey':
      case 'startString':
      case 'endString':
      case 'stringChunk':
      case 'startNumber':
      case 'endNumber':
      case 'numberChunk':
      case 'whitespace':
        return undefined;
    }
  }

  #open(bracket: string): undefined {
    this.#text += (this.#needsComma ? ',' : '') + bracket;
    this.#needsComma = false;
    this.#depth += 1;
  }

  #close(bracket: string): string | undefined {
    this.#needsComma = false;
    this.#depth -= 1;
    return this.#value(bracket);
  }

  #value(text: string): string | undefined {
    this.#text += (this.#needsComma ? ',' : '') + text;
    this.#needsComma = this.#depth > 1;
    if (this.#depth > 1) return undefined;
    const element = this.#text;
    this.#text = '';
    this.count += 1;
    return element;
  }
}
