import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type BatchOptions, resolveBatchOptions } from '../../lib/batch/options.js';
import { BatchStep } from '../../lib/batch/step.js';
import { EnvelopeStep } from '../../lib/envelope/step.js';
import type { Message, Page } from '../../lib/index.js';
import { messageOf, messagesOf } from '../support/messages.js';

describe('BatchStep', () => {
  for (const [what, options, texts, expected] of [
    ['by count', { size: 2 }, ['1', '2', '3', '4', '5'], ['1\n2\n', '3\n4\n', '5\n']],
    ['of one', { size: 1 }, ['1', '2'], ['1\n', '2\n']],
    ['of all, with size 0', { size: 0 }, ['1', '2', '3'], ['1\n2\n3\n']],
    ['of all, with size 0, whatever maxBytes says', { size: 0, maxBytes: 1 }, ['1', '2'], ['1\n2\n']],
    ['by bytes', { maxBytes: 4 }, ['1', '2', '3'], ['1\n2\n', '3\n']],
    ['with one record, when that is larger than maxBytes', { maxBytes: 4 }, ['12345', '6', '7'], ['12345\n', '6\n7\n']],
    ['up to maxRecords', { size: 2, maxRecords: 3 }, ['1', '2', '3', '4', '5'], ['1\n2\n', '3\n']],
    ['up to the record with which maxRecordBytes are there', { maxRecordBytes: 4 }, ['1', '2', '3'], ['1\n2\n']],
    ['up to the record by which they are more', { maxRecordBytes: 5 }, ['1', '2', '3', '4'], ['1\n2\n3\n']],
    ['none without records', {}, [], []],
    ['without raw line breaks', {}, ['{"a":\r\n[1,\n2]}'], ['{"a":  [1, 2]}\n']],
  ] as const satisfies readonly (readonly [string, BatchOptions, readonly string[], readonly string[]])[]) {
    it(`makes pages ${what}`, () => {
      assert.deepEqual(
        run(messagesOf(...texts), options).map((page) => page.bytes.toString()),
        expected,
      );
    });
  }

  it('tells what it holds and has taken', () => {
    const step = new BatchStep(resolveBatchOptions({ size: 3, maxRecords: 4 }));
    const [one, two, three, four] = messagesOf('1', '22', '333', '4444') as [Message, Message, Message, Message];
    assert.deepEqual(state(step), [0, 0, 0, false]);
    step.add(one);
    step.add(two);
    assert.deepEqual(state(step), [2, 5, 2, false]);
    assert.equal(step.add(three)?.length, 3);
    assert.deepEqual(state(step), [0, 0, 3, false]);
    assert.equal(step.add(four)?.length, 1);
    assert.deepEqual(state(step), [0, 0, 4, true]);
    assert.equal(step.add(one), undefined);
    assert.equal(step.flush(), undefined);
    assert.deepEqual(state(step), [0, 0, 4, true]);
  });

  it('loses nothing, keeps the order, and makes no page too large, too small or empty', () => {
    const options = fc.record({
      size: fc.oneof(fc.nat(4), fc.constantFrom(0, 1000)),
      maxBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(10_000)),
      maxRecords: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(record), options, (records, { size, maxBytes, maxRecords }) => {
        const messages = records.map(toMessage);
        const pages = run(messages, { size, maxBytes, maxRecords });
        const expected = messages.slice(0, maxRecords);
        const all = pages.flatMap((page) => page.bytes.toString());
        assert.equal(all.join(''), expected.map((message) => `${onOneLine(message)}\n`).join(''));
        for (const [index, page] of pages.entries()) {
          assert.ok(page.length > 0);
          if (size === 0) continue;
          assert.ok(page.length <= size);
          // Only its last record takes a page to the limit.
          assert.ok(page.bytes.length - page.text(page.length - 1).length - 1 < maxBytes);
          const isFull = page.length === size || page.bytes.length >= maxBytes;
          assert.ok(isFull || index === pages.length - 1);
        }
        if (size === 0) assert.ok(pages.length <= 1);
      }),
    );
  });

  it('makes pages whose bytes, texts, frames, messages and records agree', () => {
    fc.assert(
      fc.property(fc.array(record), fc.integer({ min: 1, max: 7 }), (records, size) => {
        const messages = records.map(toMessage);
        let index = 0;
        for (const page of run(messages, { size })) {
          assert.equal(page.ends.length, page.length);
          const lines = page.bytes.toString().split('\n');
          assert.equal(lines.pop(), '');
          assert.equal(lines.length, page.length);
          assert.deepEqual(
            page.records,
            lines.map((line) => JSON.parse(line) as unknown),
          );
          for (const [at, message] of page.messages.entries()) {
            const original = messages[index++]!;
            const { data: _, ...facts } = original.frame as Message['frame'] & { data?: Buffer };
            assert.equal(lines[at], page.text(at).toString());
            assert.equal(message.text.toString(), lines[at]);
            assert.deepEqual(message.frame, facts);
            assert.deepEqual(page.frame(at), facts);
            assert.deepEqual(message.value, original.value);
          }
        }
        assert.equal(index, messages.length);
      }),
    );
  });

  it('shares no memory between pages, nor with the frames', () => {
    const messages = messagesOf('"aaaa"', '"bbbb"', '"cccc"');
    const [first, second, third] = run(messages, { size: 1 }) as [Page, Page, Page];
    assert.equal(new Set([first, second, third].map((page) => page.bytes.buffer)).size, 3);
    first.bytes.fill('x');
    messages[2]!.text.fill('y');
    assert.deepEqual(
      [second, third].flatMap((page) => page.records),
      ['bbbb', 'cccc'],
    );
  });

  it('makes a page over many times the size of its first buffer', () => {
    const texts = Array.from({ length: 300 }, (_, n) => `"${'é'.repeat(n)}"`);
    const [page] = run(messagesOf(...texts), { size: 300 }) as [Page];
    assert.deepEqual(
      page.records,
      texts.map((text) => JSON.parse(text) as unknown),
    );
  });

  it('gives integers past 2^53 in records as they were asked for', () => {
    for (const [bigIntegers, id] of [
      ['number', 2 ** 60],
      ['bigint', 2n ** 60n],
      ['string', '1152921504606846976'],
    ] as const) {
      const message = messageOf('{"id":1152921504606846976}', {}, { bigIntegers });
      const [page] = run([message, new EnvelopeStep().wrap(message)], {}) as [Page];
      assert.deepEqual(page.records[0], { id });
      assert.deepEqual((page.records[1] as { data: unknown }).data, { id });
      assert.deepEqual(page.messages[0]?.value, { id });
    }
  });

  it('makes the same pages of texts that stand in one chunk, whichever of them are left out', () => {
    const text = fc.record({
      value: fc.oneof(fc.string({ maxLength: 300 }), fc.integer(), fc.array(fc.nat(9), { maxLength: 4 })),
      indent: fc.constantFrom(0, 0, 0, 1),
      header: fc.constantFrom(2, 4),
      isKept: fc.constantFrom(true, true, false),
    });
    const options = fc.record({
      size: fc.constantFrom(0, 1, 3, 50, 1_000),
      maxBytes: fc.constantFrom(10, 500, 5_000, 1_000_000),
      maxRecords: fc.constantFrom(undefined, 1, 40),
    });
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 60 }), { maxLength: 4 }), options, (chunks, given) => {
        const [alone, together] = [0, 1].map(() => new BatchStep(resolveBatchOptions(given))) as [BatchStep, BatchStep];
        const expected: (Page | undefined)[] = [];
        const pages: (Page | undefined)[] = [];
        let sequence = 0;
        for (const texts of chunks) {
          const placed = texts.map(({ value, indent, header, isKept }) => {
            const bytes = Buffer.concat([Buffer.alloc(header), Buffer.from(JSON.stringify(value, undefined, indent))]);
            return { bytes, header, isKept };
          });
          const chunk = Buffer.concat(placed.map(({ bytes }) => bytes));
          let offset = 0;
          const ranges = placed.map(({ bytes, header, isKept }) => {
            const range = { start: offset + header, end: offset + bytes.length, hasLineBreaks: true };
            offset = range.end;
            return { ...range, isKept, facts: { ...FACTS, sequence: sequence++ } };
          });
          for (const range of ranges)
            if (range.isKept) expected.push(alone.addText(range.facts, chunk, range, 'number'));
          for (let n = 0; n < ranges.length && !together.isDone; ) {
            const before = n;
            let room = together.beginRun(chunk, ranges[n]!.start, ranges.length - n);
            for (; n < ranges.length && (room > 0 || !ranges[n]!.isKept); n++) {
              const { isKept, facts } = ranges[n]!;
              if (!isKept) continue;
              room = together.place(chunk, ranges[n]!) ? room - 1 : 0;
              together.noteRun(FACTS, facts.sequence, 1, 'number');
            }
            pages.push(together.endRun());
            assert.ok(n > before, 'nothing was taken');
          }
        }
        expected.push(alone.flush());
        pages.push(together.flush());
        assert.deepEqual(contents(pages), contents(expected));
        assert.deepEqual(state(together), state(alone));
      }),
    );
  });

  it('uses the memory of pages again that were released, where it was told to, and no other', () => {
    const messages = messagesOf('"aaaa"', '"bbbb"', '"cccc"', '"dddd"');
    for (const isReused of [true, false]) {
      const step = new BatchStep(resolveBatchOptions({ size: 1 }), isReused);
      const [first, second] = messages.map((message) => step.add(message)) as [Page, Page];
      const memory = first.bytes.buffer;
      first.release();
      first.release();
      assert.deepEqual([first.length, first.bytes.length, first.records], isReused ? [0, 0, []] : [1, 7, ['aaaa']]);
      const later = messages.map((message) => step.add(message)!);
      assert.equal(later.filter(({ bytes }) => bytes.buffer === memory).length, isReused ? 1 : 0);
      assert.deepEqual(
        [second, ...later].flatMap((page) => page.records),
        ['bbbb', 'aaaa', 'bbbb', 'cccc', 'dddd'],
      );
    }
  });

  it('builds records anew at each access', () => {
    const [page] = run(messagesOf('{}'), {}) as [Page];
    assert.notEqual(page.records[0], page.records[0]);
    assert.equal(page.bytes.toString(), '{}\n');
  });
});

function run(messages: readonly Message[], options: BatchOptions): Page[] {
  const step = new BatchStep(resolveBatchOptions(options));
  const pages = messages.map((message) => step.add(message));
  return [...pages, step.flush()].filter((page) => page !== undefined);
}

function contents(pages: readonly (Page | undefined)[]): unknown[] {
  return pages.flatMap((page) =>
    page === undefined ? [] : [[page.bytes.toString(), page.ends, page.ends.map((_, index) => page.frame(index))]],
  );
}

const FACTS = { receivedAt: 1, connection: 1, isBinary: false, url: 'ws://a/', sequence: 0 };

function state(step: BatchStep): unknown[] {
  return [step.held, step.heldBytes, step.records, step.isDone];
}

function toMessage({ value, indent, ...facts }: { value: unknown; indent: number; sequence: number }): Message {
  return messageOf(JSON.stringify(value, undefined, indent), facts);
}

function onOneLine(message: Message): string {
  return message.text.toString().replaceAll('\n', ' ');
}

/** Facts repeat often, as they do on a feed. */
const record = fc.record({
  value: fc.jsonValue({ maxDepth: 2 }),
  indent: fc.constantFrom(0, 0, 1),
  sequence: fc.nat(3),
  receivedAt: fc.constantFrom(1, 2),
  connection: fc.constantFrom(1, 1, 1, 2),
  isBinary: fc.constantFrom(false, false, true),
  url: fc.constantFrom('ws://a/', 'ws://b/'),
});
