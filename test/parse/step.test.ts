import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, ParseError, type ParseOptions } from '../../lib/index.js';
import { resolveParseOptions } from '../../lib/parse/options.js';
import { ParseStep } from '../../lib/parse/step.js';
import { collector, frameOf } from '../support/messages.js';

const BAD_UTF8 = Buffer.from([0x22, 0xff, 0x22]);

describe('ParseStep', () => {
  for (const [what, options, data, expected] of [
    ['json: a value without the space around it', {}, ' {"a" : 1.10} \n', ['{"a" : 1.10}']],
    ['json: null', {}, 'null', ['null']],
    ['json: a scalar of a binary frame', {}, Buffer.from('7'), ['7']],
    ['raw_string: text, escaped', { format: 'raw_string' }, 'say "hi"\n\u0001\\', ['"say \\"hi\\"\\n\\u0001\\\\"']],
    ['raw_string: bytes that are not UTF-8, replaced', { format: 'raw_string' }, BAD_UTF8, ['"\\"\ufffd\\""']],
    ['raw_string: nothing', { format: 'raw_string' }, '', ['""']],
    ['binary: base64', { format: 'binary' }, Buffer.from([0, 1, 2, 255]), ['"AAEC/w=="']],
    ['binary: base64 of text', { format: 'binary' }, 'hi', ['"aGk="']],
    ['binary: nothing', { format: 'binary' }, '', ['""']],
    ['lines: one a line, blank lines do not count', { split: 'lines' }, '1\n\n \t\r\n2\r\n3', ['1', '2', '3']],
    ['lines: a last line feed adds nothing', { split: 'lines' }, '1\n', ['1']],
    ['lines: nothing in an empty frame', { split: 'lines' }, '', []],
    ['lines: nothing in a frame of blank lines', { split: 'lines' }, '\n \r\n\n', []],
    ['lines: each as a raw string', { split: 'lines', format: 'raw_string' }, 'a\nb "c"', ['"a"', '"b \\"c\\""']],
    [
      'on: with U+001E behind each',
      { split: { on: '\u001e' } },
      '{"a":1.10}\u001e{"b":[]}\u001e',
      ['{"a":1.10}', '{"b":[]}'],
    ],
    ['on: a last piece without a separator', { split: { on: '\0' } }, '1\0 2', ['1', '2']],
    ['on: no separator at all', { split: { on: '\0' } }, '1', ['1']],
    ['on: empty and blank pieces do not count', { split: { on: '\r' } }, '\r1\r\r \t\r\n2\r \n', ['1', '2']],
    ['on: nothing in an empty frame', { split: { on: 'x' } }, '', []],
    ['on: nothing in a frame of separators', { split: { on: 'ab' } }, 'ababab', []],
    [
      'on: several bytes, of which the beginning alone is none',
      { split: { on: '\r\n\r\n' } },
      '1\r\n\r\n2\r\n',
      ['1', '2'],
    ],
    [
      'on: overlapping separators from the left',
      { split: { on: '--' }, format: 'raw_string' },
      'a---b',
      ['"a"', '"-b"'],
    ],
    ['on: in a binary frame', { split: { on: '\u001e' } }, Buffer.from('1\x1e2\x1e'), ['1', '2']],
    [
      'on: what begins with it, as RFC 7464 says',
      { split: { on: '\u001e' } },
      '\u001e{"a":1}\n\u001e2\n',
      ['{"a":1}', '2'],
    ],
    [
      'on: characters of several bytes, found as characters alone',
      { split: { on: 'é' }, format: 'raw_string' },
      'Ã©éÃ\u00a9éx',
      ['"Ã©"', '"Ã©"', '"x"'],
    ],
    [
      'on: as raw strings, with the space around them',
      { split: { on: '|' }, format: 'raw_string' },
      ' a |b\n',
      ['" a "', '"b\\n"'],
    ],
    [
      'on and records_path together',
      { split: { on: '\u001e' }, recordsPath: 'a' },
      '{"a":[1,2]}\u001e{"a":[3]}',
      ['1', '2', '3'],
    ],
    ['records_path: the elements, as bytes', { recordsPath: 'd.t' }, '{"d":{"t":[ 1.10 ,{}]}}', ['1.10', '{}']],
    ['records_path: keys as an array', { recordsPath: ['d', 1] }, '{"d":[0,["x"]]}', ['"x"']],
    ['records_path: the empty path is the frame itself', { recordsPath: '' }, ' [1, [2] ,null] ', ['1', '[2]', 'null']],
    ['records_path: no element', { recordsPath: '' }, '[]', []],
    ['records_path: of duplicate keys, the last', { recordsPath: 'a' }, '{"a":[1],"a":[2]}', ['2']],
    [
      'lines and records_path together',
      { split: 'lines', recordsPath: 'a' },
      '{"a":[1,2]}\n\n{"a":[]}\r\n{"a":[3]}',
      ['1', '2', '3'],
    ],
  ] as const satisfies readonly (readonly [string, ParseOptions, string | Buffer, readonly string[]])[]) {
    it(`gives ${what}`, () => {
      assert.deepEqual(texts(options, data), expected);
    });
  }

  for (const [what, options, data, offset, reason, excerpt] of [
    ['nothing', {}, '', 0, /expected a value, but the text ends/, ''],
    ['a text that is cut off', {}, '{"n":', 5, /but the text ends/, '{"n":'],
    ['a second value', {}, '1 2', 2, /./, '1 2'],
    ['bytes that are not UTF-8', {}, BAD_UTF8, 1, /UTF-8/, '"\ufffd"'],
    ['a byte-order mark', {}, '\ufeff1', 0, /byte-order mark/, '\ufeff1'],
    ['a bad line, by its place in the frame', { split: 'lines' }, '{"n":1}\n{"n" 1}', 13, /":"/, '{"n" 1}'],
    ['a line that is cut off', { split: 'lines' }, '[1\n2', 2, /but the text ends/, '[1'],
    [
      'a bad piece, by its place in the frame',
      { split: { on: '\u001e' } },
      '{"é":1}\u001e{"n" 1}\u001e2',
      14,
      /":"/,
      '{"n" 1}',
    ],
    ['no array in a piece', { split: { on: '||' }, recordsPath: '' }, '[1]||2', 5, /no array at ""/, '2'],
    ['no array at the path', { recordsPath: 'a' }, '{"a":{}}', 0, /no array at "a"/, '{"a":{}}'],
    ['no such path', { recordsPath: 'a.b' }, '[1]', 0, /no array at "a.b"/, '[1]'],
    ['JSON that is bad behind the array', { recordsPath: '' }, '[1,2]]', 5, /./, '[1,2]]'],
    ['no array in a line', { split: 'lines', recordsPath: '' }, '[1]\n2', 4, /no array at ""/, '2'],
    [
      'a long text, of which 20 bytes either side are shown',
      {},
      `["${'a'.repeat(50)}",x,"${'b'.repeat(50)}"]`,
      54,
      /./,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => texts(options, data),
        (error) => {
          assert.ok(error instanceof ParseError);
          assert.equal(error.offset, offset);
          assert.match(error.reason, reason);
          assert.deepEqual([error.sequence, error.connection], [7, 3]);
          if (excerpt !== undefined) assert.equal(error.excerpt, excerpt);
          assert.ok(Buffer.from(error.excerpt).length <= 40);
          assert.match(error.message, /^Frame 7 of connection 3 cannot be parsed: .+ at byte \d+, near ".*"\. .+\.$/);
          return true;
        },
      );
    });
  }

  it('says what to set where bytes are not UTF-8', () => {
    assert.throws(() => texts({ format: 'raw_string', utf8: 'fail' }, BAD_UTF8), {
      message:
        'Frame 7 of connection 3 cannot be parsed: it is not UTF-8, as `utf8: \'fail\'` asks for, at byte 1, near "\\"\ufffd\\"". ' +
        "Set `utf8: 'replace'` to have such bytes replaced, `format: 'binary'` to keep them, or `onError: 'skip'` to count and drop such frames.",
    });
  });

  it('builds no value, and copies no bytes, of a frame that is one record', () => {
    const frame = frameOf('{"n":1}');
    const message = new ParseStep(resolveParseOptions({})).one(frame);
    assert.equal(message?.text.buffer, frame.data.buffer);
    assert.deepEqual(message?.value, { n: 1 });
    assert.equal(message?.value, message?.value);
  });

  it('copies no bytes of a piece', () => {
    const frame = frameOf('{"n":1}\u001e{"n":2}\u001e');
    const step = new ParseStep(resolveParseOptions({ split: { on: '\u001e' } }));
    for (const message of step.many(frame)) assert.equal(message.text.buffer, frame.data.buffer);
  });

  it('gives the messages before a bad line, then fails', () => {
    const step = new ParseStep(resolveParseOptions({ split: 'lines' }));
    const messages = step.many(frameOf('1\n2\nx\n3'));
    assert.equal(messages.next().value?.text.toString(), '1');
    assert.equal(messages.next().value?.text.toString(), '2');
    assert.throws(() => messages.next(), ParseError);
    assert.equal(step.skipped, 0);
  });

  it('skips bad frames, lines and arrays, and counts each', () => {
    const skip = { onError: 'skip' } as const;
    assert.deepEqual(parsed({ ...skip }, 'x'), { texts: [], skipped: 1 });
    assert.deepEqual(parsed({ ...skip, split: 'lines' }, '1\nx\n[\n2'), { texts: ['1', '2'], skipped: 2 });
    assert.deepEqual(parsed({ ...skip, split: { on: '\0' } }, '1\0x\0[\x002'), { texts: ['1', '2'], skipped: 2 });
    assert.deepEqual(parsed({ ...skip, recordsPath: '' }, '{}'), { texts: [], skipped: 1 });
    assert.deepEqual(parsed({ ...skip, recordsPath: '', split: 'lines' }, '[1]\n{}\nx\n[2]'), {
      texts: ['1', '2'],
      skipped: 2,
    });
  });

  it('never refuses a raw string or binary frame', () => {
    for (const format of ['raw_string', 'binary'] as const) {
      assert.equal(parsed({ format }, Buffer.from([0xff, 0x00])).texts.length, 1);
    }
  });

  it('diverts the refused bytes alone, as a copy, with what is known of them', () => {
    const deadLetter = collector();
    const step = new ParseStep(resolveParseOptions({ onError: 'divert', deadLetter, split: 'lines' }));
    const frame = frameOf('1\r\n{"a"}\r\n2', { sequence: 9, connection: 4, receivedAt: 123 });
    const messages = [...step.many(frame)];
    frame.data.fill(0);
    assert.equal(messages.length, 2);
    const [{ error, ...letter }] = deadLetter.seen as [{ error: ParseError }];
    assert.deepEqual(letter, {
      data: Buffer.from('{"a"}'),
      offset: 7,
      sequence: 9,
      receivedAt: 123,
      connection: 4,
      url: 'wss://example.com/feed',
    });
    assert.equal(error.code, 'ERR_PARSE');
    assert.equal(error.offset, 7);
  });

  it('gives integers past 2^53 as asked for, in elements too', () => {
    for (const [bigIntegers, id] of [
      ['number', 2 ** 60],
      ['bigint', 2n ** 60n],
      ['string', '1152921504606846976'],
    ] as const) {
      const step = new ParseStep(resolveParseOptions({ bigIntegers, recordsPath: '' }));
      const [message] = step.many(frameOf('[{"id":1152921504606846976}]'));
      assert.deepEqual(message?.value, { id });
    }
  });

  it('cannot be made with a path that cannot be read', () => {
    assert.throws(() => resolveParseOptions({ recordsPath: 'a..b' }), ConfigError);
  });
});

function texts(options: ParseOptions, data: string | Buffer): string[] {
  return parsed(options, data).texts;
}

function parsed(options: ParseOptions, data: string | Buffer): { texts: string[]; skipped: number } {
  const step = new ParseStep(resolveParseOptions(options));
  const frame = frameOf(data, { sequence: 7, connection: 3 });
  const messages = step.isSingle ? [step.one(frame)] : [...step.many(frame)];
  const found = messages.filter((message) => message !== undefined).map((message) => message.text.toString());
  return { texts: found, skipped: step.skipped };
}
