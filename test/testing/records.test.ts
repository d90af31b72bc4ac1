import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GAP_CAUSES, type Gap, Message, Page } from '../../lib/index.js';
import type { BigIntegers } from '../../lib/json/values.js';
import { gapOf, messageOf, pageOf } from '../../lib/testing/index.js';

describe('messageOf()', () => {
  it('takes strings and Buffers as texts, and writes all else', () => {
    for (const [record, text] of [
      ['{"price":1.10}', '{"price":1.10}'],
      [Buffer.from(' [1,\n2] '), '[1,\n2]'],
      ['"text"', '"text"'],
      [{ id: 9_007_199_254_740_993n }, '{"id":9007199254740993}'],
      [null, 'null'],
      [1.5, '1.5'],
      [[true], '[true]'],
    ] as const) {
      assert.equal(messageOf(record).text.toString(), text);
    }
  });

  it('has a frame like those of a feed, of which each fact can be given', () => {
    assert.deepEqual(messageOf('1').frame, {
      receivedAt: 1_700_000_000_000,
      url: 'wss://example.com/feed',
      connection: 1,
      sequence: 0,
      isBinary: false,
    });
    const facts = { receivedAt: 5, url: 'ws://a', connection: 2, sequence: 7, isBinary: true };
    assert.deepEqual(messageOf('1', facts).frame, facts);
    assert.deepEqual(messageOf('1', { receivedAt: undefined }).frame, messageOf('1').frame);
  });

  for (const [bigIntegers, value] of [
    ['number', 9_007_199_254_740_992],
    ['bigint', 9_007_199_254_740_993n],
    ['string', '9007199254740993'],
  ] as const satisfies readonly (readonly [BigIntegers, unknown])[]) {
    it(`builds integers past 2^53 as ${bigIntegers}`, () => {
      assert.equal(messageOf('9007199254740993', { bigIntegers }).value, value);
      assert.deepEqual(pageOf(['9007199254740993', 9_007_199_254_740_993n], { bigIntegers }).records, [value, value]);
    });
  }

  it('keeps a copy of bytes, as a frame does not', () => {
    const bytes = Buffer.from('1');
    const message = messageOf(bytes);
    bytes.fill('2');
    assert.equal(message.value, 1);
  });

  it('makes the message of a gap, at its place', () => {
    const gap = gapOf({ connection: 3 });
    const message = messageOf(gap, { sequence: 9, url: 'ws://a' });
    assert.ok(message.isGap);
    assert.equal(message.frame.gap, gap);
    assert.deepEqual(Object.keys(message.value as object), ['gap']);
    const { receivedAt, connection, sequence, url } = message.frame;
    assert.deepEqual(
      { receivedAt, connection, sequence, url },
      { receivedAt: gap.to.at, connection: 3, sequence: 9, url: 'ws://a' },
    );
    const given = messageOf(gap, { receivedAt: 1, connection: 2 }).frame;
    assert.deepEqual([given.receivedAt, given.connection], [1, 2]);
  });

  for (const [what, call, sentence] of [
    [
      'text that is no JSON',
      () => messageOf('price'),
      /^messageOf: Strings and Buffers are JSON texts, and this is none: .* Give a text value with its quotes\.$/,
    ],
    ['no value', () => messageOf(undefined), /^messageOf: undefined cannot be written as JSON/],
    ['a Map', () => messageOf(new Map()), /^messageOf: A Map would be written/],
    [
      'a fact that no frame has',
      () => messageOf(1, { recievedAt: 1 } as never),
      /recievedAt: .*Did you mean `receivedAt`\?/,
    ],
    [
      'a sequence that is none',
      () => messageOf(1, { sequence: -1 }),
      /messageOf\.facts\.sequence: Expected a whole number/,
    ],
    ['no records', () => pageOf([]), /^pageOf: Expected an array of at least one record, got an array\./],
    ['one record', () => pageOf('1' as never), /^pageOf: Expected an array of at least one record, got "1"\./],
    ['a record that is no JSON', () => pageOf(['1', 'x']), /^pageOf\[1\]: Strings and Buffers/],
    ['a fact that no gap has', () => gapOf({ why: 1 } as never), /^gapOf: A gap has no "why"\. It has: cause, /],
    ['a cause that is none', () => gapOf({ cause: 'toString' as never }), /^gapOf: Expected a cause \(not_connected, /],
    ['a moment that is none', () => gapOf({ to: {} as never }), /two moments\.$/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(call, (error: Error & { code: string }) => {
        assert.equal(error.code, 'ERR_CONFIG');
        assert.match(error.message, sentence);
        return true;
      });
    });
  }
});

describe('pageOf()', () => {
  it('has the records in order, with sequences that go up, gaps among them', () => {
    const page = pageOf(['{"a":1.10}', gapOf(), { b: 2 }, messageOf('3', { sequence: 70, url: 'ws://a' }), '4'], {
      sequence: 5,
    });
    assert.ok(page instanceof Page);
    assert.equal(page.length, 5);
    assert.equal(page.recordsAmong(), 4);
    assert.deepEqual(
      page.ends.map((_, index) => page.isGap(index)),
      [false, true, false, false, false],
    );
    assert.deepEqual(
      page.ends.map((_, index) => page.frame(index).sequence),
      [5, 6, 6, 70, 7],
    );
    assert.equal(page.frame(3).url, 'ws://a');
    assert.deepEqual(
      [0, 2, 3, 4].map((index) => page.text(index).toString()),
      ['{"a":1.10}', '{"b":2}', '3', '4'],
    );
  });

  it('holds any values as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), (values) => {
        const texts = values.map((value) => JSON.stringify(value));
        assert.deepEqual(
          pageOf(texts).records,
          texts.map((text) => JSON.parse(text) as unknown),
        );
      }),
    );
  });

  it('is larger than any limit of pages', () => {
    assert.equal(pageOf(Array.from({ length: 5_000 }, (_, n) => n)).length, 5_000);
  });
});

describe('gapOf()', () => {
  it('is one second without a connection, of which each fact can be given', () => {
    const gap = gapOf();
    assert.deepEqual([gap.cause, gap.durationMs, gap.afterSequence, gap.beforeSequence], ['disconnected', 1_000, 0, 1]);
    for (const cause of Object.keys(GAP_CAUSES) as Gap['cause'][]) assert.equal(gapOf({ cause }).cause, cause);
    assert.equal(gapOf({ to: { at: 0, monotonic: 60_000 } }).durationMs, 60_000);
    assert.equal(gapOf({ to: { at: 0, monotonic: 60_000 }, durationMs: 1 }).durationMs, 1);
    assert.equal(gapOf({ code: undefined }).code, undefined);
    assert.ok(messageOf(gap) instanceof Message);
  });
});
