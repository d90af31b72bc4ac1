import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EnvelopeStep } from '../../lib/envelope/step.js';
import { debounce } from '../../lib/index.js';
import { messageOf } from '../support/messages.js';
import { type Event, play, stepOf } from '../support/step-run.js';

describe('debounce()', () => {
  for (const [what, options, events, expected, filtered] of [
    [
      'lets the newest record through when none came for so long',
      { afterMs: 100 },
      [
        [0, '1'],
        [50, '2'],
        [149, '3'],
        [400, '4'],
        [600, 'end'],
      ],
      ['249:3', '500:4'],
      2,
    ],
    [
      'looks at each key by itself, and lets records without a key through',
      { afterMs: 100, by: 's' },
      [
        [0, '{"s":1,"n":0}'],
        [10, '{"s":2,"n":1}'],
        [60, '{"s":1,"n":2}'],
        [70, '{"n":3}'],
        [300, 'end'],
      ],
      ['70:{"n":3}', '110:{"s":2,"n":1}', '160:{"s":1,"n":2}'],
      1,
    ],
    [
      'waits no longer than maxWaitMs, from the first that is held on',
      { afterMs: 100, maxWaitMs: 150 },
      [
        [0, '1'],
        [90, '2'],
        [149, '3'],
        [150, '4'],
        [400, 'end'],
      ],
      ['150:3', '250:4'],
      2,
    ],
    [
      'waits without an end for a key that is never silent, unless maxWaitMs is given',
      { afterMs: 100 },
      [...Array.from({ length: 50 }, (_, n): Event => [n * 99, `${n}`]), [4_900, 'end']],
      ['4900:49'],
      49,
    ],
    [
      'hands out what it holds before a gap, in the order in which it came',
      { afterMs: 100, by: 's' },
      [
        [0, '{"s":1}'],
        [0, '{"s":2}'],
        [10, '{"s":1,"n":1}'],
        [20, 'gap'],
        [30, '{"s":1,"n":2}'],
        [300, 'end'],
      ],
      ['20:{"s":2}', '20:{"s":1,"n":1}', '20:gap', '130:{"s":1,"n":2}'],
      1,
    ],
    [
      'hands out what it holds when it is flushed, and at the end',
      { afterMs: 100 },
      [
        [0, '1'],
        [20, 'flush'],
        [30, '2'],
        [40, 'end'],
      ],
      ['20:1', '40:2'],
      0,
    ],
    [
      'hands out the record of the key that is due first when there are too many',
      { afterMs: 100, by: 's', maxKeys: 2 },
      [
        [0, '{"s":1}'],
        [1, '{"s":2}'],
        [2, '{"s":1,"n":1}'],
        [3, '{"s":3}'],
        [300, 'end'],
      ],
      ['3:{"s":2}', '102:{"s":1,"n":1}', '103:{"s":3}'],
      1,
    ],
    [
      'hands out what is due first when it holds too many bytes, and one that is larger at once',
      { afterMs: 100, by: 's', maxBufferedBytes: 20 },
      [
        [0, '{"s":1,"n":1}'],
        [1, '{"s":2,"n":1}'],
        [2, '{"s":3,"n":"a text of its own"}'],
        [300, 'end'],
      ],
      ['1:{"s":1,"n":1}', '2:{"s":2,"n":1}', '2:{"s":3,"n":"a text of its own"}'],
      0,
    ],
  ] as [string, Parameters<typeof debounce>[0], Event[], string[], number][]) {
    it(what, async () => {
      const { out, step } = await play((clock) => debounce({ ...options, clock }), events);
      assert.deepEqual([out, step.filtered], [expected, filtered]);
    });
  }

  it('hands out what it holds before the error of a function that gives no key', () => {
    const by = ({ value }: { value: unknown }): number => {
      if (value === 3) throw new RangeError('mine');
      return value as number;
    };
    const { step, out, clock } = stepOf((fake) => debounce({ afterMs: 100, by, clock: fake }));
    for (const text of ['2', '1']) step.take(messageOf(text));
    assert.throws(() => step.take(messageOf('3')), {
      code: 'ERR_CONFIG',
      message: /^debounce\.by: The function failed: mine\./,
    });
    assert.deepEqual([out, clock.pending], [['0:2', '0:1'], 0]);
  });

  it('keeps nothing of the chunk that a record came in, and hands on what is known of its frame', async () => {
    const { step, messages, clock } = stepOf((fake) => debounce({ afterMs: 100, clock: fake }));
    const chunk = Buffer.alloc(65_536, ' ');
    chunk.write('{"a":1.10,\n"b":12345678901234567890}', 1_000);
    step.take(messageOf(chunk.subarray(1_000, 1_040), { sequence: 7, connection: 2 }, { bigIntegers: 'bigint' }));
    chunk.fill('x');
    await clock.advance(100);
    const [message] = messages;
    assert.equal(message?.text.toString(), '{"a":1.10, "b":12345678901234567890}');
    assert.deepEqual(message.value, { a: 1.1, b: 12345678901234567890n });
    assert.ok(message.text.buffer.byteLength < 100);
    const { isBinary, receivedAt, url, connection, sequence, ...rest } = message.frame;
    assert.deepEqual(rest, {});
    assert.deepEqual([connection, sequence, isBinary], [2, 7, true]);
    assert.deepEqual([receivedAt, url], [1_700_000_000_000, 'wss://example.com/feed']);
  });

  it('holds records of any size in place of each other, and those of an envelope', () => {
    const { step, out } = stepOf((clock) => debounce({ afterMs: 100, clock }));
    const sizes = [10, 500, 300, 20, 20, 1, 100, 60, 0];
    for (const size of sizes) {
      step.take(messageOf(JSON.stringify('x'.repeat(size))));
      step.take(new EnvelopeStep().wrap(messageOf(`{"n":\n${size}}`)));
      if (size % 20 === 0) step.take(messageOf(`"${size}"`));
      step.flush?.();
    }
    const wrapped = (size: number): string =>
      `0:{"data":{"n": ${size}},"received_at":1700000000000,"url":"wss://example.com/feed"}`;
    assert.deepEqual(
      out,
      sizes.map((size) => (size % 20 === 0 ? `0:"${size}"` : wrapped(size))),
    );
    assert.equal(step.filtered, sizes.length + sizes.filter((size) => size % 20 === 0).length);
  });

  it('holds as many records as there are keys at most, and arms one timer for them', async () => {
    const { step, clock, out } = stepOf((fake) => debounce({ afterMs: 100, by: '$', maxKeys: 100, clock: fake }));
    for (let n = 0; n < 5_000; n++) step.take(messageOf(`${n}`));
    assert.deepEqual([out.length, clock.pending], [4_900, 1]);
    await clock.advance(100);
    assert.deepEqual([out.length, clock.pending, step.filtered], [5_000, 0, 0]);
  });

  for (const [options, message] of [
    [{}, /^debounce\.afterMs: Expected a finite number of milliseconds of at least 1, got undefined\./],
    [
      { afterMs: 100, maxWaitMs: 99 },
      /^debounce\.maxWaitMs: 99 is less than `afterMs`, 100, .* Give it at least that\./,
    ],
    [
      { afterMs: 1, by: {} },
      /^debounce\.by: Expected a path, an array of paths, or a function of the message, got an object\./,
    ],
    [{ afterMS: 1 }, /^debounce\.afterMS: There is no such key\. Did you mean `afterMs`\?/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => debounce(options as never), { code: 'ERR_CONFIG', message });
    });
  }
});
