import { optionError } from '../errors.js';
import { describe } from '../internal/options.js';
import type { BigIntegers } from '../json/values.js';
import type { FrameFacts } from '../parse/message.js';
import type { FactsColumns } from './facts-columns.js';
import type { PageBytes } from './page-bytes.js';

/** A page on its way to another thread, as `page.toTransferable()` gives it. */
export interface PageTransfer {
  /** What to post. */
  readonly value: TransferablePage;
  /** What is handed over with it, and not copied. */
  readonly transferList: ArrayBuffer[];
}

/**
 * What `Page.from()` makes a page of: plain data, that is cloned to wherever it is posted. What is in it may change from one
 * version to the next, so both threads need the same.
 */
export interface TransferablePage {
  readonly kind: 'spillway page 1';
  /** @internal */
  readonly bytes: Uint8Array;
  /** @internal */
  readonly ends: Uint32Array;
  /** @internal */
  readonly facts: FactsColumns;
  /** @internal */
  readonly bigIntegers: BigIntegers;
  /** @internal */
  readonly cursor?: NonNullable<FrameFacts['cursor']>;
}

/** What a page is, where only it knows. */
interface PageParts {
  readonly bytes: PageBytes;
  readonly ends: readonly number[];
  readonly facts: FactsColumns;
  readonly bigIntegers: BigIntegers;
  readonly cursor: FrameFacts['cursor'];
}

/** @throws {ConfigError} when the page has no records any more */
export function transferOf({ bytes, ends, facts, bigIntegers, cursor }: PageParts): PageTransfer {
  if (ends.length === 0) {
    throw optionError('page', 'It was released, or handed over to another thread before, and has no records.');
  }
  const memory = bytes.buffer;
  const columns = new Uint32Array(ends);
  return {
    value: {
      kind: KIND,
      bytes: new Uint8Array(memory, bytes.byteOffset, bytes.length),
      ends: columns,
      facts,
      bigIntegers,
      ...(cursor && { cursor }),
    },
    transferList: [memory],
  };
}

/** @throws {ConfigError} when it is nothing that {@link transferOf} gave */
export function partsOf(given: unknown): PageParts {
  const value = given as TransferablePage | null | undefined;
  if (value?.kind !== KIND) {
    throw optionError('Page.from', `Expected the \`value\` of \`page.toTransferable()\`, got ${describe(given)}.`);
  }
  const { bytes, facts, bigIntegers, cursor } = value;
  if (!ArrayBuffer.isView(bytes) || !ArrayBuffer.isView(value.ends)) {
    throw optionError(
      'Page.from',
      "Its bytes came as JSON. Give the child process `serialization: 'advanced'`, or use a worker.",
    );
  }
  const ends = Array.from(value.ends);
  if (ends.at(-1) !== bytes.length - 1 || facts.length !== ends.length) {
    throw optionError('Page.from', 'Its bytes are not there: they were handed over to another thread. Take it once.');
  }
  return { bytes: ownBytes(bytes), ends, facts, bigIntegers, cursor };
}

/** What some channels give lies in a buffer of theirs, with what else they had to tell: that must not be handed on. */
function ownBytes(bytes: Uint8Array): PageBytes {
  const { buffer, byteOffset, length } = bytes;
  if (byteOffset === 0) return Buffer.from(buffer as ArrayBuffer, 0, length);
  const own = Buffer.allocUnsafeSlow(length);
  own.set(bytes);
  return own;
}

const KIND: TransferablePage['kind'] = 'spillway page 1';
