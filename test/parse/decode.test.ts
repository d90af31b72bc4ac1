import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { decode as fromMessagePack, encode as toMessagePack } from '@msgpack/msgpack';
import fc from 'fast-check';
import { type DeadLetter, type Decode, ParseError, type ParseOptions, parse } from '../../lib/index.js';
import { resolveParseOptions } from '../../lib/parse/options.js';
import { ParseStep } from '../../lib/parse/step.js';
import { gapOf, messageOf } from '../../lib/testing/index.js';
import { collector, frameOf, framesOf } from '../support/messages.js';

const messagePack: Decode = (data) => fromMessagePack(data, { useBigInt64: true });
const packed = (value: unknown): Buffer => Buffer.from(toMessagePack(value, { useBigInt64: true }));

const hasNoKeyProto = (value: unknown): boolean => !JSON.stringify(value).includes('"__proto__":');

describe('a decoder of parse()', () => {
  it('gives values that are stored as JSON, whatever they are', () => {
    fc.assert(
      // The decoder of MessagePack refuses a key `__proto__` itself, which is then ERR_PARSE.
      fc.property(fc.jsonValue({ maxDepth: 4 }).filter(hasNoKeyProto), (value) => {
        assert.equal(text(messagePack, packed(value)), JSON.stringify(fromMessagePack(packed(value))));
      }),
    );
  });

  it('gives integers past 2^53 that are stored exactly, and appear as `bigIntegers` says', () => {
    const frame = frameOf(packed({ id: 2n ** 63n - 1n, ids: [-(2n ** 63n)] }));
    const message = stepOf({ decode: messagePack, bigIntegers: 'bigint' }).one(frame)!;
    assert.equal(message.text.toString(), '{"id":9223372036854775807,"ids":[-9223372036854775808]}');
    assert.deepEqual(message.value, { id: 2n ** 63n - 1n, ids: [-(2n ** 63n)] });
  });

  it('gives JSON text as bytes, which stay as they are', () => {
    const behindHeader: Decode = (data) => data.subarray(4);
    assert.equal(text(behindHeader, Buffer.from('\x00\x00\x00\x07 {"price":1.10,\n"a":1} ')), '{"price":1.10, "a":1}');
    assert.equal(
      text((data) => new Uint8Array(data), Buffer.from('1e2')),
      '1e2',
    );
  });

  it('is told the facts of the frame', () => {
    const seen: unknown[] = [];
    const frame = frameOf('x', { sequence: 7, connection: 2 });
    stepOf({ decode: (data, facts) => seen.push(data, facts.sequence, facts.connection, facts.url) }).one(frame);
    assert.deepEqual(seen, [frame.data, 7, 2, 'wss://example.com/feed']);
  });

  for (const [what, value, stored] of [
    ['null', null, 'null'],
    ['text', 'a "b"', '"a \\"b\\""'],
    ['false', false, 'false'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an object that says itself what it is', { at: { toJSON: () => 5, map: new Map() } }, '{"at":5}'],
  ] as const) {
    it(`may return ${what}`, () =>
      assert.equal(
        text(() => value, Buffer.from('x')),
        stored,
      ));
  }

  for (const [what, decode, sentence] of [
    [
      'nothing',
      () => undefined,
      /The function returned undefined\. Return the record's value, or its JSON text as a Buffer/,
    ],
    [
      'a promise',
      () => Promise.reject(new Error('Nobody sees it.')),
      /The function returned a promise\. .* no promise of it\./,
    ],
    ['a Map', () => new Map(), /JSON cannot hold\. A Map would be written as `{}`\./],
    [
      'bytes deep within',
      () => ({ a: [1, { sig: Buffer.of(1) }] }),
      /JSON cannot hold at "a\.1\.sig"\. Bytes .* as base64\./,
    ],
    ['a Set within', () => ({ tags: new Set() }), /at "tags"\. A Set/],
    ['a function', () => () => 1, /JSON cannot hold\. A function/],
  ] as const) {
    it(`may not return ${what}, whatever onError says`, () => {
      for (const onError of ['fail', 'skip'] as const) {
        const step = stepOf({ decode, onError });
        assert.throws(
          () => step.one(frameOf('x')),
          (error: ParseError) => {
            assert.equal(error.code, 'ERR_CONFIG');
            assert.match(error.message, /^parse\.decode: /);
            assert.match(error.message, sentence);
            return true;
          },
        );
      }
    });
  }

  it('may not return what contains itself', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    assert.throws(() => text(() => value, Buffer.from('x')), { code: 'ERR_CONFIG', message: /contains itself/ });
  });

  it('that throws ends the stage with ERR_PARSE and its cause, after what came before', async () => {
    const sink = collector();
    const cause = new RangeError('Insufficient data.');
    const decode: Decode = (data) => {
      if (data.length === 2) throw cause;
      return data.length;
    };
    const ended = pipeline(Readable.from(framesOf('a', 'bb', 'ccc')), parse({ decode }), sink);
    await assert.rejects(ended, (error: ParseError) => {
      assert.ok(error instanceof ParseError);
      assert.equal(error.cause, cause);
      assert.equal(error.sequence, 1);
      assert.match(
        error.message,
        /cannot be parsed: `decode` failed: Insufficient data, at byte 0, near "bb"\. Set `onError: 'skip'`/,
      );
      return true;
    });
    assert.deepEqual(sink.seen, ['1']);
  });

  it('that throws has frames dropped or diverted, as onError says', async () => {
    const decode: Decode = (data) => fromMessagePack(data);
    const frames = [packed(1), Buffer.from([0xc1]), packed(2)].map((data, sequence) => frameOf(data, { sequence }));
    for (const onError of ['skip', 'divert'] as const) {
      const deadLetter = onError === 'divert' ? collector() : undefined;
      const sink = collector();
      const stage = parse({ decode, onError, deadLetter });
      await pipeline(Readable.from(frames), stage, sink);
      assert.deepEqual(sink.seen, ['1', '2']);
      assert.equal(stage.skipped, 1);
      const letters = (deadLetter?.seen ?? []) as DeadLetter[];
      assert.deepEqual(
        letters.map(({ data, error, offset, sequence }) => [data, error.code, offset, sequence]),
        onError === 'divert' ? [[Buffer.from([0xc1]), 'ERR_PARSE', undefined, 1]] : [],
      );
    }
  });

  it('that returns text which is no JSON has the frame refused', () => {
    const decode: Decode = (data) => data.subarray(1);
    assert.throws(() => text(decode, Buffer.from('x{"a":}')), {
      code: 'ERR_PARSE',
      message: /what `decode` returned for it is no JSON text: .* at byte 5 of it, at byte 0, near "x{\\"a\\":}"/,
    });
    const step = stepOf({ decode, onError: 'skip' });
    assert.equal(step.one(frameOf('x{"a":}')), undefined);
    assert.equal(step.skipped, 1);
  });

  it('gives many records of a frame, or none, with recordsPath', () => {
    const of = (recordsPath: string, value: unknown): string[] => {
      const step = stepOf({ decode: messagePack, recordsPath });
      return [...step.many(frameOf(packed(value)))].map((message) => message.text.toString());
    };
    assert.deepEqual(of('$', [1, { a: 2n ** 60n }, null]), ['1', '{"a":1152921504606846976}', 'null']);
    assert.deepEqual(of('$', []), []);
    assert.deepEqual(of('data.trades', { data: { trades: [1, 2] } }), ['1', '2']);
    assert.throws(() => of('$', { a: 1 }), { code: 'ERR_PARSE', message: /there is no array at "\$"/ });
    const step = stepOf({ decode: (data) => data, recordsPath: '$' });
    const target = Buffer.alloc(20);
    const [first] = [...step.many(frameOf('[[1,\n2]]'))];
    assert.equal(target.toString('utf8', 0, first!.copyTo(target, 0)), '[1, 2]');
  });

  it('gives the last record, with stopWhen', () => {
    const step = stepOf({ decode: messagePack, stopWhen: { path: 'end', equals: true } });
    step.one(frameOf(packed({ end: false })));
    assert.equal(step.isDone, false);
    step.one(frameOf(packed({ end: true })));
    assert.equal(step.isDone, true);
    const elements = stepOf({ decode: messagePack, recordsPath: '$', stopWhen: { path: 'end' } });
    assert.equal([...elements.many(frameOf(packed([1, { end: 1 }, 2])))].length, 2);
  });

  it('gets no gap, and no frame that could not be inflated', () => {
    const decode: Decode = () => assert.fail('It was called.');
    const gap = messageOf(gapOf());
    const step = stepOf({ decode, onError: 'skip' });
    assert.ok(step.one({ ...gap.frame, data: gap.text })!.isGap);
    assert.equal(step.one(frameOf('x', { notInflated: 'it is cut off' })), undefined);
    assert.equal(step.skipped, 1);
  });

  for (const [options, sentence] of [
    [{ format: 'binary' }, /^parse\.decode: `decode` says what a frame is, and so does `format: 'binary'`/],
    [{ format: 'raw_string', split: 'lines' }, /^parse\.decode: [^\n]*$/],
    [{ split: 'lines' }, /^parse\.split: .* return an array, and set `recordsPath: '\$'`\.$/],
    [{ utf8: 'fail' }, /^parse\.utf8: /],
    [{ decode: 'msgpack' as never }, /^parse\.decode: Expected a function of the bytes of a frame, got "msgpack"\./],
  ] as const satisfies readonly (readonly [ParseOptions, RegExp])[]) {
    it(`does not go with ${JSON.stringify(options)}`, () => {
      assert.throws(() => parse({ decode: messagePack, ...options }), { code: 'ERR_CONFIG', message: sentence });
    });
  }
});

function stepOf(options: ParseOptions): ParseStep {
  return new ParseStep(resolveParseOptions(options));
}

/** What is stored of a frame. */
function text(decode: Decode, data: Buffer): string {
  const message = stepOf({ decode }).one(frameOf(data))!;
  const line = Buffer.alloc(message.byteLength);
  message.copyTo(line, 0);
  return line.toString();
}
