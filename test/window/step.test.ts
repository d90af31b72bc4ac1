import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { type DeadLetter, type Gap, Message, type WindowFacts, type WindowOptions } from '../../lib/index.js';
import { createFakeClock, gapOf, messageOf } from '../../lib/testing/index.js';
import { begin, told } from './collect.js';

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number): { at: number; monotonic: number } => ({
  at: START + seconds * 1000,
  monotonic: seconds * 1000,
});
const gap = (from: number, to: number): Gap => gapOf({ from: at(from), to: at(to) });

/** A step over windows of ten seconds, by when records came, and the clock. */
function byClock(options: WindowOptions = {}) {
  const clock = createFakeClock(START);
  const stream = new PassThrough();
  const run = begin({ everyMs: 10_000, clock, ...options }, told(clock), stream);
  return {
    ...run,
    clock,
    stream,
    take: (value: unknown, receivedAt = clock.now()): void => run.step.take(messageOf(value, { receivedAt })),
  };
}

/** The same by a time in the record, in seconds. */
function byRecord(options: WindowOptions = {}) {
  const clock = createFakeClock(START);
  const run = begin({ everyMs: 10_000, on: 't', clock, ...options }, told(clock));
  return {
    ...run,
    clock,
    take: (n: number, seconds: number, more = {}): void =>
      run.step.take(messageOf({ n, t: START + seconds * 1000, ...more })),
  };
}

describe('a window by when its records came', () => {
  it('is handed out when a record of the next one comes, and whole when the run began with it', () => {
    const { take, texts } = byClock();
    take(1);
    take(2, START + 9_999);
    assert.deepEqual(texts(), []);
    take(3, START + 10_000);
    assert.deepEqual(texts(), ['"0-10: 1 2"']);
  });

  it('is partial when the run began in the middle of it', () => {
    const { take, texts } = byClock();
    take(1, START + 5_000);
    take(2, START + 12_000);
    take(3, START + 20_000);
    assert.deepEqual(texts(), ['"0-10: 1 partial"', '"10-20: 2"']);
  });

  it('is handed out by the clock when nothing comes, with one timer', async () => {
    const { take, texts, clock } = byClock();
    take(1);
    await clock.advance(4_000);
    take(2);
    assert.equal(clock.pending, 1);
    await clock.advance(5_999);
    assert.deepEqual(texts(), []);
    await clock.advance(1);
    assert.deepEqual(texts(), ['"0-10: 1 2"']);
    assert.equal(clock.pending, 0);
    take(3, START + 12_000);
    await clock.advance(8_000);
    assert.deepEqual(texts(), ['"10-20: 3"']);
  });

  it('waits for `latenessMs`, by the clock too', async () => {
    const { take, texts, clock } = byClock({ latenessMs: 2_000 });
    take(1);
    await clock.advance(11_000);
    take(2);
    take(3, START + 9_000);
    await clock.advance(999);
    assert.deepEqual(texts(), []);
    await clock.advance(2_001);
    assert.deepEqual(texts(), ['"0-10: 1 3"']);
    await clock.advance(10_000);
    assert.deepEqual(texts(), ['"10-20: 2"']);
  });

  it('goes by the time of its records, not by that of the clock, when they waited', async () => {
    const { take, texts, clock } = byClock();
    await clock.advance(60_000);
    take(1, START);
    await clock.advance(9_999);
    assert.deepEqual(texts(), []);
    take(2, START + 9_000);
    await clock.advance(999);
    assert.deepEqual(texts(), []);
    await clock.advance(1);
    assert.deepEqual(texts(), ['"0-10: 1 2"']);
  });

  it('is not handed out by the clock while something waits to be taken', async () => {
    const { take, texts, clock, stream } = byClock();
    take(1);
    stream.write('held');
    await clock.advance(15_000);
    assert.deepEqual(texts(), []);
    stream.read();
    await clock.advance(100);
    assert.deepEqual(texts(), ['"0-10: 1"']);
  });

  it('is opened again, as partial, for a record that comes when the clock has closed it', async () => {
    const { take, texts, clock, step } = byClock();
    take(1);
    await clock.advance(10_000);
    take(2, START + 9_999);
    take(3, START + 10_000);
    assert.deepEqual(texts(), ['"0-10: 1"', '"0-10: 2 partial"']);
    assert.equal(step.skipped, 0);
  });

  it('is not given up when the time of the machine goes back', async () => {
    const { take, texts, clock } = byClock();
    take(1, START + 100_000);
    take(2, START + 50_000);
    await clock.advance(1_000);
    take(3, START + 51_000);
    await clock.advance(9_000);
    assert.deepEqual(texts(), ['"50-60: 2 3 partial"']);
  });

  it('is partial at the end unless its time is over', async () => {
    const one = byClock();
    one.take(1);
    one.end();
    assert.deepEqual(one.texts(), ['"0-10: 1 partial"']);
    assert.equal(one.clock.pending, 0);
    const two = byClock({ latenessMs: 5_000 });
    two.take(1);
    await two.clock.advance(12_000);
    two.take(2);
    two.end();
    assert.deepEqual(two.texts(), ['"0-10: 1"', '"10-20: 2 partial"']);
  });

  it('is partial when all is flushed, and goes on as partial', () => {
    const { take, texts, step } = byClock();
    take(1);
    step.flush();
    step.flush();
    take(2, START + 1_000);
    take(3, START + 11_000);
    assert.deepEqual(texts(), ['"0-10: 1 partial"', '"0-10: 2 partial"']);
  });

  it('is gone, with its timer, when nobody wants it any more', async () => {
    const { take, texts, step, clock } = byClock();
    take(1);
    step.close();
    step.close();
    assert.equal(clock.pending, 0);
    take(2, START + 20_000);
    step.flush();
    assert.deepEqual(texts(), []);
  });
});

describe('a window by a time in its records', () => {
  it('waits for records out of order, up to the newest time', () => {
    const { take, texts } = byRecord({ latenessMs: 3_000 });
    for (const [n, seconds] of [
      [1, 0],
      [2, 12],
      [3, 9],
      [4, 12.9],
      [5, 5],
      [6, 13],
    ] as const)
      take(n, seconds);
    assert.deepEqual(texts(), ['"0-10: 1 3 5"']);
  });

  it('counts a record for which it is closed, and warns of it', () => {
    const { take, texts, step } = byRecord({ latenessMs: 3_000 });
    take(1, 0);
    take(2, 13);
    take(3, 9.999);
    take(4, 10);
    take(5, 23);
    assert.deepEqual(texts(), ['"0-10: 1"', '"10-20: 2 4"']);
    assert.equal(step.skipped, 1);
  });

  it('has a late record diverted, with why', async () => {
    const letters: DeadLetter[] = [];
    const deadLetter = new Writable({
      objectMode: true,
      write(letter: DeadLetter, _encoding, callback) {
        letters.push(letter);
        callback();
      },
    });
    const { take, step } = byRecord({ onLate: 'divert', deadLetter });
    take(1, 10);
    take(2, 9);
    assert.equal(step.skipped, 1);
    assert.equal(letters[0]?.data.toString(), `{"n":2,"t":${START + 9_000}}`);
    assert.match(
      letters[0]?.error.message ?? '',
      /The transform `window` cannot be applied .*its time is 2026-01-01T00:00:09\.000Z, and its window, which ends at 2026-01-01T00:00:10\.000Z, was closed/,
    );
  });

  it('fails for a late record with `onLate: fail`, when the others are handed out', () => {
    const { take, texts } = byRecord({ onLate: 'fail' });
    take(1, 10);
    assert.throws(() => take(2, 9), { code: 'ERR_TRANSFORM' });
    assert.deepEqual(texts(), ['"10-20: 1 partial"']);
  });

  for (const [what, record] of [
    ['no time', { n: 1 }],
    ['something else', { t: 'soon' }],
    ['a time before 1970', { t: -1 }],
    ['null', { t: null }],
  ] as const) {
    it(`fails for a record that has ${what} there, unless told to skip it`, () => {
      const one = byRecord();
      one.take(1, 0);
      assert.throws(() => one.step.take(messageOf(record)), {
        code: 'ERR_TRANSFORM',
        message: /it has no time \(milliseconds of the epoch\) at "t"/,
      });
      assert.deepEqual(one.texts(), ['"0-10: 1 partial"']);
      const two = byRecord({ onError: 'skip' });
      two.step.take(messageOf(record));
      assert.equal(two.step.skipped, 1);
    });
  }

  it('is not closed by the clock', async () => {
    const { take, texts, clock, end } = byRecord();
    take(1, 0);
    assert.equal(clock.pending, 0);
    await clock.advance(100_000);
    assert.deepEqual(texts(), []);
    take(2, 1);
    end();
    assert.deepEqual(texts(), ['"0-10: 1 2 partial"']);
  });

  it('is whole at the end when a later time was seen', () => {
    const { take, texts, end } = byRecord({ latenessMs: 60_000 });
    take(1, 0);
    take(2, 10);
    end();
    assert.deepEqual(texts(), ['"0-10: 1"', '"10-20: 2 partial"']);
  });

  for (const [unit, texts] of [
    ['s', ['1767225600', '1767225609.999', '1767225610']],
    ['us', ['1767225600000000', '1767225609999999', '"1767225610000000"']],
    // As doubles, the second one is the third.
    ['ns', ['1767225600000000000', '1767225609999999999', '1767225610000000000']],
    ['iso8601', ['"2026-01-01T00:00:00Z"', '"2026-01-01T02:00:09.999999+02:00"', '"2026-01-01T00:00:10Z"']],
  ] as const) {
    it(`reads times in ${unit} exactly`, () => {
      const run = byRecord({ unit });
      texts.forEach((text, n) => {
        run.step.take(messageOf(`{"t":${text},"n":${n}}`));
      });
      assert.deepEqual(run.texts(), ['"0-10: 0 1"']);
    });
  }
});

describe('a window of so many records', () => {
  it('is handed out with its last one; what is left at the end is partial', () => {
    const { take, texts, end, clock } = byClock({ everyMs: undefined, size: 2 });
    take(1);
    take(2, START + 5_000);
    take(3, START + 3_000);
    assert.deepEqual(texts(), ['"0-5: 1 2"']);
    assert.equal(clock.pending, 0);
    end();
    assert.deepEqual(texts(), ['"3-3: 3 partial"']);
  });

  it('has the times of its earliest and latest record', () => {
    const { take, texts } = byRecord({ everyMs: undefined, size: 3 });
    take(1, 5);
    take(2, 9);
    take(3, 1);
    assert.deepEqual(texts(), ['"1-9: 1 2 3"']);
  });

  it('has a gap that it goes on after', () => {
    const { take, texts, step } = byClock({ everyMs: undefined, size: 2 });
    take(1);
    step.take(messageOf(gap(1, 2)));
    take(2, START + 2_000);
    take(3, START + 2_000);
    take(4, START + 3_000);
    take(5, START + 4_000);
    take(6, START + 5_000);
    assert.deepEqual(texts(), ['gap', '"0-2: 1 2 1 gaps"', '"2-3: 3 4 1 gaps"', '"4-5: 5 6"']);
  });
});

describe('windows of keys', () => {
  it('are handed out in the order of their ends, and of when they were opened', () => {
    const { take, texts } = byRecord({ by: 's', latenessMs: 10_000 });
    take(1, 10, { s: 'b' });
    take(2, 9, { s: 'c' });
    take(3, 11, { s: 'a' });
    take(4, 12, { s: 'b' });
    take(5, 40, { s: 'b' });
    assert.deepEqual(texts(), ['"c 0-10: 2 partial"', '"b 10-20: 1 4"', '"a 10-20: 3"']);
  });

  it('tell keys apart as JSON does, exactly, and put what is none under undefined', () => {
    const keys: unknown[] = [];
    const { step, end } = begin({ size: 10, by: 'k' }, (_messages, { key, count }) => void keys.push([key, count]));
    for (const text of ['1', '1.0', '"1"', 'true', 'null', '9007199254740993', '9007199254740992', '{}', '[]']) {
      step.take(messageOf(`{"k":${text}}`));
    }
    step.take(messageOf('{}'));
    end();
    assert.deepEqual(keys, [
      [1, 2],
      ['1', 1],
      [true, 1],
      [null, 1],
      [9007199254740993n, 1],
      [9007199254740992n, 1],
      [undefined, 3],
    ]);
  });

  it('may have keys that a function gives', () => {
    const { step, texts } = begin({ size: 2, by: (message) => (message.value as number) % 2 }, (messages) => messages);
    for (const n of [1, 2, 3, 4]) step.take(messageOf(n));
    assert.deepEqual(texts(), ['[1,3]', '[2,4]']);
  });

  it('are handed out early, the one that was not used for longest, when there are too many', () => {
    const { take, texts, step, end } = byClock({ by: (message) => String(message.value).slice(0, 1), maxWindows: 2 });
    take('"a1"');
    take('"b1"', START + 1_000);
    take('"a2"', START + 2_000);
    take('"c1"', START + 3_000);
    assert.deepEqual(texts(), ['"b 0-10: b1 partial"']);
    take('"b2"', START + 4_000);
    assert.deepEqual(texts(), ['"a 0-10: a1 a2 partial"']);
    end();
    assert.deepEqual(texts(), ['"c 0-10: c1 partial"', '"b 0-10: b2 partial"']);
    assert.equal(step.skipped, 0);
  });

  it('that go on with one that was handed out early are partial, though their time is over', () => {
    const { take, texts } = byRecord({ by: 's', maxWindows: 1 });
    take(1, 0, { s: 'a' });
    take(2, 0, { s: 'b' });
    take(3, 10, { s: 'a' });
    take(4, 20, { s: 'a' });
    assert.deepEqual(texts(), ['"a 0-10: 1 partial"', '"b 0-10: 2 partial"', '"a 10-20: 3"']);
  });
});

describe('a gap', () => {
  it('goes on behind the windows that ended before it, and before all that end later, which have it', () => {
    const { take, texts, step } = byClock();
    take(1);
    step.take(messageOf(gap(12, 21)));
    take(2, START + 21_000);
    take(3, START + 30_000);
    assert.deepEqual(texts(), ['"0-10: 1"', 'gap', '"20-30: 2 1 gaps"']);
  });

  it('is one of the window that it begins in, which is open, and of the one that it ends in', () => {
    const { take, texts, step } = byClock();
    take(1);
    step.take(messageOf(gap(5, 15)));
    take(2, START + 15_000);
    take(3, START + 20_000);
    take(4, START + 30_000);
    assert.deepEqual(texts(), ['gap', '"0-10: 1 1 gaps"', '"10-20: 2 1 gaps"', '"20-30: 3"']);
  });

  it('does not close a window that goes on after it', () => {
    const { take, texts, step } = byClock();
    take(1);
    step.take(messageOf(gap(2, 3)));
    take(2, START + 3_000);
    take(3, START + 10_000);
    assert.deepEqual(texts(), ['gap', '"0-10: 1 2 1 gaps"']);
  });

  it('at the start of the run is one of the first window', () => {
    for (const { take, texts, step } of [byClock(), byRecord()]) {
      step.take(messageOf(gap(0, 5)));
      take(1 as never, 5 as never);
      assert.deepEqual(texts(), ['gap']);
    }
  });

  it('is one of all windows of times in records that may lack some by it, whatever the clock said', () => {
    const { take, texts, step, end } = byRecord({ latenessMs: 5_000 });
    take(1, 0);
    take(2, 12);
    // On the clock of this machine it is hours later.
    step.take(messageOf(gap(10_000, 10_010)));
    take(3, 31);
    take(4, 26);
    take(5, 50);
    end();
    assert.deepEqual(texts(), [
      'gap',
      '"0-10: 1 1 gaps"',
      '"10-20: 2 1 gaps"',
      '"20-30: 4 1 gaps"',
      '"30-40: 3 1 gaps"',
      '"50-60: 5 partial"',
    ]);
  });

  it('is told of until there are 1,000 newer ones', () => {
    const seen: number[] = [];
    const { step, end } = begin({ everyMs: 10_000, clock: createFakeClock(START) }, (_messages, { gaps }) => {
      seen.push(gaps.length, gaps[0]!.dropped);
    });
    step.take(messageOf(1, { receivedAt: START }));
    for (let dropped = 0; dropped < 1_005; dropped++) {
      step.take(messageOf(gapOf({ cause: 'overflow', from: at(1), to: at(2), dropped })));
    }
    end();
    assert.deepEqual(seen, [1_000, 5]);
  });
});

describe('an aggregate', () => {
  it('by its parts keeps its state alone, and is told of its window', () => {
    const seen: Omit<WindowFacts, 'gaps'>[] = [];
    const { step, out } = begin({ size: 2, by: 's' }, {
      init: ({ key }: WindowFacts) => ({ key, sum: 0 }),
      add: (state: { sum: number }, { value }: Message, { gaps: _gaps, ...facts }: WindowFacts) => {
        seen.push(facts);
        state.sum += (value as { n: number }).n;
      },
      result: (state: object, { count }: WindowFacts) => ({ ...state, count }),
    } as never);
    step.take(messageOf({ s: 'x', n: 1 }, { receivedAt: START, sequence: 6 }));
    step.take(messageOf({ s: 'x', n: 2 }, { receivedAt: START + 1, sequence: 7, connection: 2 }));
    assert.equal(out[0]?.text.toString(), '{"key":"x","sum":3,"count":2}');
    assert.deepEqual(out[0]?.frame, {
      isBinary: false,
      receivedAt: START + 1,
      url: 'wss://example.com/feed',
      connection: 2,
      sequence: 7,
    });
    assert.deepEqual(seen, [
      { key: 'x', from: START, to: START, count: 1, isPartial: false },
      { key: 'x', from: START, to: START + 1, count: 2, isPartial: false },
    ]);
  });

  it('may return a new state from each call', () => {
    const { step, texts } = begin({ size: 3 }, {
      init: () => 0,
      add: (sum: number, { value }: Message) => (value === 2 ? undefined : sum + (value as number)),
      result: (sum: number) => sum,
    } as never);
    for (const n of [1, 2, 3]) step.take(messageOf(n));
    assert.deepEqual(texts(), ['4']);
  });

  it('gives nothing with undefined, and a message as it is', () => {
    const { step, texts } = begin({ size: 2 }, (messages) => (messages[0]?.value === 1 ? undefined : messages.at(-1)));
    for (const text of ['1', '2', '3', '{ "p" : 1.10 }']) step.take(messageOf(text));
    assert.deepEqual(texts(), ['{ "p" : 1.10 }']);
  });

  it('keeps no bytes of the chunk that a record came in', () => {
    const kept: Message[] = [];
    const { step } = begin({ size: 2 }, (messages) => void kept.push(...messages));
    const chunk = Buffer.alloc(64 * 1024, ' ');
    chunk.write('{"a":1}', 100);
    const facts = { ...messageOf(0).frame, data: chunk };
    step.take(Message.of(facts, chunk, 100, 107, false, 'number'));
    step.take(messageOf('2'));
    chunk.fill(0);
    assert.deepEqual(kept[0]?.value, { a: 1 });
    assert.notEqual(kept[0].text.buffer, chunk.buffer);
    assert.deepEqual(kept[0].frame, messageOf(0).frame);
  });

  it('that is a function of messages is told how to keep less when they are too many', () => {
    const { step, texts } = begin({ size: 10, maxBytes: 600 }, (messages) => messages);
    step.take(messageOf(1));
    step.take(messageOf(2));
    assert.throws(() => step.take(messageOf(3)), {
      code: 'ERR_CONFIG',
      message: /^window\.maxBytes: The open windows hold more than 600 bytes of records\. Give \{ init, add, result \}/,
    });
    assert.deepEqual(texts(), []);
  });

  it('may keep as much again when windows are handed out', () => {
    const { step, out } = begin({ size: 2, maxBytes: 600 }, (messages) => messages.length);
    for (let n = 0; n < 100; n++) step.take(messageOf(n));
    assert.equal(out.length, 50);
  });

  const fails = (): never => {
    throw new RangeError('mine');
  };
  const good = { init: () => 0, add: () => undefined, result: () => 'ok' };
  for (const [what, aggregate, options, message] of [
    ['init', { ...good, init: fails }, {}, /^window\.init: The function failed: mine/],
    ['add', { ...good, add: fails }, {}, /^window\.add: The function failed: mine/],
    ['result', { ...good, result: fails }, {}, /^window\.result: The function failed: mine/],
    ['by', good, { by: fails }, /^window\.by: The function failed: mine/],
    ['the function', fails, {}, /^window: The function failed: mine/],
    [
      'init, by a promise',
      { ...good, init: async () => 0 },
      {},
      /^window\.init: The function returned a promise\. Return the value/,
    ],
    ['add, by a promise', { ...good, add: async () => 0 }, {}, /^window\.add: The function returned a promise/],
    [
      'result, by a promise',
      { ...good, result: async () => 0 },
      {},
      /^window\.result: The function returned a promise/,
    ],
    [
      'result, by what JSON cannot hold',
      { ...good, result: () => fails },
      {},
      /^window: The function returned what JSON cannot hold/,
    ],
    ['by, by an object', good, { by: () => ({}) }, /^window\.by: The function returned an object\. Return a string/],
    ['toJSON', { ...good, result: () => ({ toJSON: fails }) }, {}, /^window: The function failed: mine/],
  ] as const) {
    it(`ends the run when ${what} fails`, () => {
      const { step, texts } = begin({ size: 1, ...(options as object) }, aggregate as never);
      assert.throws(() => step.take(messageOf(1)), { code: 'ERR_CONFIG', message });
      step.take(messageOf(2));
      assert.deepEqual(texts(), []);
    });
  }

  it('that fails leaves all other windows handed out before, as partial', () => {
    const { step, texts } = begin({ everyMs: 10, by: 's', on: 't' }, (messages, { key, isPartial }) => {
      if (key === 'bad') fails();
      return [key, messages.length, isPartial];
    });
    for (const [s, t] of [
      ['a', 10],
      ['bad', 10],
      ['b', 10],
    ] as const)
      step.take(messageOf({ s, t }));
    assert.throws(() => step.take(messageOf({ s: 'c', t: 20 })), { code: 'ERR_CONFIG' });
    assert.deepEqual(texts(), ['["a",1,false]', '["b",1,true]']);
  });

  it('that fails by the clock, or at the end, ends the run', async () => {
    const clock = createFakeClock(START);
    const one = begin({ everyMs: 10, clock }, fails);
    one.step.take(messageOf(1, { receivedAt: START }));
    await clock.advance(10);
    assert.match(one.failures[0]?.message ?? '', /mine/);
    assert.equal(clock.pending, 0);
    const two = begin({ size: 2 }, fails);
    two.step.take(messageOf(1));
    two.end();
    assert.equal(two.failures.length, 1);
  });

  it('that ends the run has all handed out first that was given to it, each once', () => {
    let isDone = false;
    const run = begin({ size: 2 }, (messages) => {
      if (messages[0]?.value === 1) {
        run.step.take(messageOf(3));
        run.step.end(() => (isDone = true));
      }
      return messages;
    });
    run.step.take(messageOf(1));
    run.step.take(messageOf(2));
    assert.deepEqual(run.texts(), ['[1,2]', '[3]']);
    assert.ok(isDone);
  });

  it('is not asked by what is no message', () => {
    const { step, texts } = begin({ size: 2 }, (messages) => messages);
    step.take(messageOf(1));
    assert.throws(() => step.take({} as never), { code: 'ERR_CONFIG', message: /^window: Expected messages/ });
    assert.deepEqual(texts(), ['[1]']);
  });
});
