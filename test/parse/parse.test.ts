import assert from 'node:assert/strict';
import { PassThrough, Readable, Transform, type TransformCallback } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import split2 from 'split2';
import through2 from 'through2';
import { ConfigError, envelope, type Message, ParseError, parse } from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { heapInUse } from '../support/gc.js';
import { collector, frameOf, framesOf, recorder } from '../support/messages.js';
import { settle } from '../support/resources.js';
import { WATCHDOG } from '../support/watchdog.js';

describe('parse()', () => {
  it('gives a message a frame, in order, with the facts of the frame', async () => {
    const stage = parse();
    const messages: Message[] = await Readable.from(framesOf('{"n":1}', 'null', '3'))
      .compose(stage)
      .toArray();
    assert.deepEqual(
      messages.map((message) => [message.frame.sequence, message.value]),
      [
        [0, { n: 1 }],
        [1, null],
        [2, 3],
      ],
    );
    assert.equal(stage.skipped, 0);
  });

  it('takes strings and Buffers for frames, as they come out of split2', async () => {
    const clock = createFakeClock(1_700_000_000_000);
    const stage = parse({ clock });
    const file = Readable.from([Buffer.from('{"a":1}\n{"b"'), Buffer.from(':2}\n'), Buffer.from('3')]);
    const messages: Message[] = [];
    await pipeline(file, split2(), stage, async (source: AsyncIterable<Message>) => {
      for await (const message of source) messages.push(message);
    });
    assert.deepEqual(
      messages.map((message) => message.text.toString()),
      ['{"a":1}', '{"b":2}', '3'],
    );
    const facts = { isBinary: false, receivedAt: 1_700_000_000_000, url: '', connection: 0 };
    assert.deepEqual({ ...messages[2]?.frame, data: undefined }, { ...facts, sequence: 2, data: undefined });
    const [buffer] = await Readable.from([Buffer.from('[1]')])
      .compose(parse())
      .toArray();
    assert.equal((buffer as Message).frame.isBinary, true);
    assert.deepEqual((buffer as Message).value, [1]);
  });

  for (const wrong of [7, { data: 'text' }, undefined, new Uint8Array(1)]) {
    it(`fails with ERR_CONFIG when it is given ${JSON.stringify(wrong)}, after what came before`, async () => {
      const sink = collector({ turns: 1 });
      const stage = parse();
      const done = pipeline(stage, sink);
      stage.write(frameOf('1'));
      stage.write(wrong as never);
      await assert.rejects(done, { code: 'ERR_CONFIG', message: /Expected frames, Buffers or strings/ });
      assert.deepEqual(sink.seen, ['1']);
    });
  }

  it('cuts the elements of a large frame lazily: what waits is at most its high-water mark, and nothing is built', async () => {
    const elements = 100_000;
    const frame = frameOf(`[${Array.from({ length: elements }, (_, n) => `{"n":${n},"p":"${n}"}`).join(',')}]`);
    const before = await heapInUse();
    const values: unknown = JSON.parse(frame.data.toString());
    const built = (await heapInUse()) - before;
    assert.ok(Array.isArray(values));
    const stage = parse({ recordsPath: '' });
    stage.write(frame);
    let seen = 0;
    let most = 0;
    let bytes = 0;
    let taken = 0;
    for await (const message of stage as AsyncIterable<Message>) {
      most = Math.max(most, stage.readableLength);
      bytes += message.byteLength;
      if (seen === elements / 2) taken = (await heapInUse()) - before - built;
      if (++seen === elements) stage.end();
    }
    assert.equal(seen, elements);
    assert.ok(most <= stage.readableHighWaterMark, `${most} waited`);
    assert.equal(bytes, frame.data.length - elements - 1);
    assert.ok(taken < built / 10, `${taken} bytes were taken, the values take ${built}`);
    assert.equal(values.length, elements);
  });

  it('gives every record of frames of any size at any pace, and never stops in between', async () => {
    const size = fc.oneof(fc.nat(5), fc.constantFrom(63, 64, 65, 127, 128, 129), fc.nat(200));
    const pace = fc.record({ turns: fc.nat(2), highWaterMark: fc.constantFrom(1, 16, 100) });
    const options = fc.record({ isLines: fc.boolean(), badEvery: fc.constantFrom(0, 2, 7), pace, letters: pace });
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 6 }), options, async (sizes, { isLines, badEvery, ...paces }) => {
        let made = 0;
        const one = (): string => (isLines && badEvery > 0 && made++ % badEvery === 0 ? 'x' : `${made++}`);
        const units = sizes.map((length) => Array.from({ length }, one));
        const frames = framesOf(...units.map((unit) => (isLines ? unit.join('\n') : `[${unit.join(',')}]`)));
        const sink = collector(paces.pace);
        const deadLetter = collector(paces.letters);
        const how = isLines ? { split: 'lines' as const } : { recordsPath: '' };
        await pipeline(Readable.from(frames), parse({ ...how, onError: 'divert', deadLetter }), sink);
        const isGood = (text: string): boolean => text !== 'x';
        assert.deepEqual(sink.seen, units.flat().filter(isGood));
        deadLetter.end();
        await finished(deadLetter);
        assert.equal(deadLetter.seen.length, units.flat().length - sink.seen.length);
      }),
      { ...WATCHDOG, numRuns: 40 },
    );
  });

  it('cuts no further element while nobody reads', async () => {
    const stage = parse({ recordsPath: '' });
    let isTaken = false;
    stage.write(frameOf(`[${'1,'.repeat(999)}1]`), () => {
      isTaken = true;
    });
    await settle();
    assert.equal(stage.readableLength, stage.readableHighWaterMark);
    assert.equal(isTaken, false);
    assert.equal((await stage.take(1_000).toArray()).length, 1_000);
    stage.destroy();
  });

  it('holds the stream before it while the one after it is slow', async () => {
    let made = 0;
    const source = Readable.from(
      (function* () {
        for (; made < 2_000; made++) yield frameOf(`${made}`, { sequence: made });
      })(),
    );
    const sink = collector({ turns: 1 });
    let most = 0;
    const stage = parse();
    sink.on('drain', () => {
      most = Math.max(most, made - sink.seen.length);
    });
    await pipeline(source, stage, sink);
    assert.equal(sink.seen.length, 2_000);
    // The high-water marks of all streams, and what is in hand.
    assert.ok(most <= 16 + 64 + 64 + 16 + 4, `${most}`);
  });

  it('ends in the middle of a frame when it is destroyed', async () => {
    const stage = parse({ recordsPath: '' });
    stage.write(frameOf(`[${'1,'.repeat(999)}1]`));
    await stage.take(10).toArray();
    assert.equal(stage.destroyed, true);
    await settle();
  });

  it('delivers all that came before a bad frame, through streams of others into a slow sink', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => `${n}`);
    const sink = collector({ turns: 2, highWaterMark: 50 });
    const chain = [
      new PassThrough({ objectMode: true }),
      envelope(),
      through2.obj((message: Message, _encoding: string, callback: TransformCallback) => callback(null, message)),
      new Transform({
        objectMode: true,
        transform: (message: Message, _encoding, callback) => setImmediate(callback, null, message),
      }),
    ];
    await assert.rejects(
      pipeline([Readable.from(framesOf(...numbers, '{bad', '301')), parse(), ...chain, sink]),
      (error) => error instanceof ParseError && error.sequence === 300 && error.offset === 1,
    );
    assert.deepEqual(
      sink.seen.map((text) => JSON.parse(String(text)).data),
      numbers.map(Number),
    );
  });

  it('delivers the lines before a bad line of the same frame, then fails', async () => {
    const sink = collector({ turns: 1 });
    const lines = Array.from({ length: 200 }, (_, n) => `${n}`);
    const frames = framesOf([...lines, 'x', '1'].join('\n'), '2');
    await assert.rejects(pipeline(Readable.from(frames), parse({ split: 'lines' }), sink), ParseError);
    assert.deepEqual(sink.seen, lines);
  });

  it('warns of what it skips at most once in ten seconds, with the count since the last', async () => {
    const clock = createFakeClock();
    const logger = recorder();
    const stage = parse({ onError: 'skip', clock, logger });
    stage.resume();
    const refuse = async (times: number) => {
      for (let n = 0; n < times; n++) stage.write(frameOf('x'));
      await settle();
    };
    await refuse(5);
    await clock.advance(9_999);
    await refuse(1);
    assert.equal(logger.entries.length, 1);
    await clock.advance(1);
    await refuse(3);
    assert.deepEqual(
      logger.entries.map(({ level, facts }) => [level, facts['count'], facts['total']]),
      [
        ['warn', 1, 1],
        ['warn', 6, 7],
      ],
    );
    assert.ok(logger.entries[0]?.facts['err'] instanceof ParseError);
    assert.equal(stage.skipped, 9);
    stage.destroy();
  });

  for (const [what, options, path] of [
    ['an unknown option', { onEror: 'skip' }, 'parse.onEror'],
    ['a format that does not exist', { format: 'xml' }, 'parse.format'],
    ['a path that is a number', { recordsPath: 7 }, 'parse.recordsPath'],
    ['a path that cannot be read', { recordsPath: 'a..b' }, ''],
    ['a path into raw strings', { recordsPath: 'a', format: 'raw_string' }, 'parse.recordsPath'],
    ['lines of binary frames', { split: 'lines', format: 'binary' }, 'parse.split'],
    ['pieces of binary frames', { split: { on: '\0' }, format: 'binary' }, 'parse.split'],
    ['a separator that is empty', { split: { on: '' } }, 'parse.split'],
    ["'divert' without a dead letter", { onError: 'divert' }, 'parse.deadLetter'],
    ["a dead letter without 'divert'", { deadLetter: collector() }, 'parse.deadLetter'],
    ['a dead letter that is no stream', { onError: 'divert', deadLetter: [] }, 'parse.deadLetter'],
    ['a logger without methods', { logger: console.log }, 'parse.logger'],
    ['an array of options', [], 'parse'],
    ['null for options', null, 'parse'],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parse(options as never),
        (error) => error instanceof ConfigError && error.problems.some((problem) => problem.path.startsWith(path)),
      );
    });
  }

  it('tells every problem of its options at once', () => {
    assert.throws(
      () => parse({ format: 'xml', onEror: 'skip', split: 1 } as never),
      (error) => error instanceof ConfigError && error.problems.length === 3 && /`onError`/.test(error.message),
    );
  });

  it('takes an explicit undefined for the default', async () => {
    const stage = parse({ format: undefined, onError: undefined, split: undefined, recordsPath: undefined });
    assert.equal((await Readable.from(framesOf('1')).compose(stage).toArray()).length, 1);
  });
});

test('A path in stopWhen that cannot be read is told by where it stands', () => {
  assert.throws(() => parse({ stopWhen: { path: 'a..b' } }), {
    code: 'ERR_CONFIG',
    message: /^parse\.stopWhen\.path: The path "a\.\.b" cannot be read/,
  });
});
