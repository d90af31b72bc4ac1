import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { type DeadLetter, parse, type SpillwayError, validate } from '../../lib/index.js';
import { collector, frameOf, framesOf, gate, messagesOf } from '../support/messages.js';
import { settle } from '../support/resources.js';

describe('a dead letter of parse()', () => {
  it('gets the original bytes, the cause and the facts, and is not ended', async () => {
    const deadLetter = collector();
    const sink = collector();
    const stage = parse({ onError: 'divert', deadLetter });
    const frames = [...framesOf('1', '{"a":tru}'), frameOf(Buffer.from([0xff]), { sequence: 2, connection: 5 })];
    await pipeline(Readable.from(frames), stage, sink);
    assert.deepEqual(sink.seen, ['1']);
    const letters = deadLetter.seen as DeadLetter[];
    assert.deepEqual(
      letters.map(({ data, offset, sequence, connection, receivedAt, url, error }) => [
        data.toString('latin1'),
        offset,
        sequence,
        connection,
        receivedAt,
        url,
        error.code,
      ]),
      [
        ['{"a":tru}', 8, 1, 1, 1_700_000_000_000, 'wss://example.com/feed', 'ERR_PARSE'],
        ['\xff', 0, 2, 5, 1_700_000_000_000, 'wss://example.com/feed', 'ERR_PARSE'],
      ],
    );
    assert.equal(stage.skipped, 2);
    assert.equal(deadLetter.writable, true);
    assert.deepEqual(
      ['error', 'close', 'drain'].map((name) => deadLetter.listenerCount(name)),
      [0, 0, 0],
    );
  });

  it('holds the stage while it is slow', async () => {
    const deadLetter = gate();
    const sink = collector();
    let made = 0;
    const source = Readable.from(
      (function* () {
        for (; made < 500; made++) yield frameOf('x', { sequence: made });
        yield frameOf('1');
      })(),
    );
    const done = pipeline(source, parse({ onError: 'divert', deadLetter }), sink);
    await settle();
    assert.equal(deadLetter.writableLength, deadLetter.writableHighWaterMark);
    assert.ok(made < 150, `${made} frames were taken`);
    assert.deepEqual(sink.seen, []);
    deadLetter.open();
    await done;
    assert.deepEqual(sink.seen, ['1']);
    assert.equal(deadLetter.seen.length, 500);
  });

  it('holds the stage within a frame of many bad lines, too', async () => {
    const deadLetter = gate();
    const sink = collector();
    const frame = frameOf(`1\n${'x\n'.repeat(500)}2\ny\n3`);
    const done = pipeline(Readable.from([frame]), parse({ onError: 'divert', deadLetter, split: 'lines' }), sink);
    await settle();
    assert.equal(deadLetter.writableLength, deadLetter.writableHighWaterMark);
    assert.deepEqual(sink.seen, ['1']);
    deadLetter.open();
    await done;
    assert.deepEqual(sink.seen, ['1', '2', '3']);
    assert.equal(deadLetter.seen.length, 501);
  });

  for (const [how, deadLetter, expected] of [
    [
      'fails on a write',
      () => new Writable({ objectMode: true, write: (_letter, _encoding, callback) => callback(new Error('disk')) }),
      /disk/,
    ],
    [
      'fails on a write some turns later',
      () =>
        new Writable({
          objectMode: true,
          write: (_letter, _encoding, callback) => void setImmediate(callback, new Error('disk')),
        }),
      /disk/,
    ],
    ['is destroyed with an error', () => collectorThen((sink) => sink.destroy(new Error('gone'))), /gone/],
    ['is destroyed', () => collectorThen((sink) => sink.destroy()), /was closed while a stage diverts to it/],
    ['is ended', () => collectorThen((sink) => sink.end()), /closed while|write after end/],
    [
      'is destroyed while it holds the stage',
      () => {
        const sink = gate();
        void settle().then(() => sink.destroy(new Error('gone')));
        return sink;
      },
      /gone/,
    ],
    [
      'was destroyed before',
      () => {
        const sink = collector();
        sink.destroy();
        return sink;
      },
      /was closed while a stage diverts to it/,
    ],
  ] as const) {
    it(`that ${how} ends the stage with its error, after what came before`, async () => {
      const sink = collector({ turns: 1 });
      const frames = framesOf(...Array.from({ length: 400 }, (_, n) => (n >= 100 && n % 3 === 0 ? 'x' : `${n}`)));
      const letters = deadLetter();
      const stage = parse({ onError: 'divert', deadLetter: letters });
      await assert.rejects(pipeline(Readable.from(frames), stage, sink), expected);
      assert.deepEqual(
        sink.seen,
        sink.seen.toSorted((a, b) => Number(a) - Number(b)),
      );
      assert.deepEqual(
        ['error', 'drain'].map((name) => letters.listenerCount(name)),
        [0, 0],
      );
    });
  }

  it('that fails ends a stage that has nothing to divert', async () => {
    const deadLetter = collector();
    const stage = parse({ onError: 'divert', deadLetter });
    const done = pipeline(new Readable({ objectMode: true, read() {} }), stage, collector());
    deadLetter.destroy(new Error('gone'));
    await assert.rejects(done, /gone/);
  });
});

describe('a dead letter of validate()', () => {
  it('that is closed ends the stage with ERR_CONFIG', async () => {
    const deadLetter = collectorThen((sink) => sink.destroy());
    const stage = validate({ type: 'number' }, { onError: 'divert', deadLetter });
    await assert.rejects(
      pipeline(Readable.from(messagesOf('1', '"a"', '"b"', '2')), stage, collector()),
      (error: SpillwayError) => error.code === 'ERR_CONFIG',
    );
  });

  it('holds the stage while it is slow', async () => {
    const deadLetter = gate();
    const sink = collector();
    const stage = validate({ type: 'number' }, { onError: 'divert', deadLetter });
    const done = pipeline(Readable.from(messagesOf(...Array(50).fill('"a"'), '1')), stage, sink);
    await settle();
    assert.equal(deadLetter.writableLength, deadLetter.writableHighWaterMark);
    deadLetter.open();
    await done;
    assert.deepEqual(sink.seen, ['1']);
    assert.equal(deadLetter.seen.length, 50);
  });
});

/** A sink to which something happens when it gets its first letter. */
function collectorThen(then: (sink: Writable) => void): Writable {
  const sink = collector();
  const write = sink.write;
  sink.write = ((letter: unknown) => {
    sink.write = write;
    const hasRoom = sink.write(letter);
    then(sink);
    return hasRoom;
  }) as Writable['write'];
  return sink;
}
