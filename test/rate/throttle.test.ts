import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { throttle } from '../../lib/index.js';
import { messageOf } from '../support/messages.js';
import { type Event, play, stepOf } from '../support/step-run.js';

describe('throttle()', () => {
  for (const [what, options, events, expected, filtered] of [
    [
      'lets the first record through at once, and the newest of a stretch at its end',
      { everyMs: 100 },
      [
        [0, '1'],
        [10, '2'],
        [20, '3'],
        [300, '"end"'],
      ],
      ['0:1', '100:3', '300:"end"'],
      1,
    ],
    [
      'begins another stretch with what goes on at the end of one',
      { everyMs: 100 },
      [
        [0, '1'],
        [50, '2'],
        [150, '3'],
        [250, '4'],
        [400, '5'],
      ],
      ['0:1', '100:2', '200:3', '300:4', '400:5'],
      0,
    ],
    [
      'lets the first record after a quiet stretch through at once',
      { everyMs: 100 },
      [
        [0, '1'],
        [100, '2'],
        [201, '3'],
      ],
      ['0:1', '100:2', '201:3'],
      0,
    ],
    [
      'leaves all others out with trailing: false',
      { everyMs: 100, trailing: false },
      [
        [0, '1'],
        [10, '2'],
        [99, '3'],
        [100, '4'],
        [199, '5'],
        [250, '6'],
        [300, 'end'],
      ],
      ['0:1', '100:4', '250:6'],
      3,
    ],
    [
      'looks at each key by itself, and lets records without a key through',
      { everyMs: 100, by: 's' },
      [
        [0, '{"s":1,"n":0}'],
        [10, '{"s":2,"n":1}'],
        [20, '{"s":1,"n":2}'],
        [20, '{"n":3}'],
        [30, '{"s":2,"n":4}'],
        [200, 'end'],
      ],
      ['0:{"s":1,"n":0}', '10:{"s":2,"n":1}', '20:{"n":3}', '100:{"s":1,"n":2}', '110:{"s":2,"n":4}'],
      0,
    ],
    [
      'hands out what it holds before a gap, in the order in which it came, and that begins a stretch',
      { everyMs: 100, by: 's' },
      [
        [0, '{"s":1}'],
        [0, '{"s":2}'],
        [10, '{"s":2,"n":1}'],
        [11, '{"s":1,"n":2}'],
        [20, 'gap'],
        [30, '{"s":1,"n":3}'],
        [40, '{"s":3}'],
        [300, 'end'],
      ],
      ['0:{"s":1}', '0:{"s":2}', '20:{"s":2,"n":1}', '20:{"s":1,"n":2}', '20:gap', '40:{"s":3}', '120:{"s":1,"n":3}'],
      0,
    ],
    [
      'hands out what it holds when it is flushed, and at the end',
      { everyMs: 100 },
      [
        [0, '1'],
        [10, '2'],
        [20, 'flush'],
        [30, '3'],
        [40, 'end'],
      ],
      ['0:1', '20:2', '40:3'],
      0,
    ],
    [
      'hands out, and forgets, the key that is due first when there are too many',
      { everyMs: 100, by: '$', maxKeys: 2 },
      [
        [0, '1'],
        [1, '1'],
        [2, '2'],
        [3, '3'],
        [4, '1'],
        [5, 'end'],
      ],
      // 1 goes for 3, then 2 for 1, of which nothing was held.
      ['0:1', '2:2', '3:3', '3:1', '4:1'],
      0,
    ],
    [
      'hands out what is due first when it holds too many bytes',
      { everyMs: 100, by: 's', maxBufferedBytes: 30 },
      [
        [0, '{"s":1}'],
        [1, '{"s":2}'],
        [2, '{"s":1,"n":222}'],
        [3, '{"s":2,"n":333}'],
        [4, '{"s":1,"n":444}'],
        [5, '{"s":3}'],
        [6, '{"s":3,"n":66666}'],
      ],
      // 15 and 15 bytes fit; 1 begins anew, and 2 goes for the 17 of 3.
      ['0:{"s":1}', '1:{"s":2}', '5:{"s":3}', '6:{"s":1,"n":444}', '6:{"s":2,"n":333}'],
      1,
    ],
  ] as [string, Parameters<typeof throttle>[0], Event[], string[], number][]) {
    it(what, async () => {
      const { out, step } = await play((clock) => throttle({ ...options, clock }), events);
      assert.deepEqual([out, step.filtered], [expected, filtered]);
    });
  }

  it('arms one timer for all keys, and none when nothing is held', async () => {
    const { step, clock, out } = stepOf((fake) => throttle({ everyMs: 100, by: '$', clock: fake }));
    for (let n = 0; n < 50; n++) step.take(messageOf(`${n}`));
    assert.equal(clock.pending, 0);
    for (let n = 0; n < 50; n++) step.take(messageOf(`${n}`));
    assert.equal(clock.pending, 1);
    await clock.advance(100);
    assert.equal(out.length, 100);
    await clock.advance(100);
    assert.equal(clock.pending, 0);
    step.take(messageOf('1'));
    step.take(messageOf('1'));
    assert.equal(clock.pending, 1);
    step.close?.();
    assert.equal(clock.pending, 0);
    step.take(messageOf('2'));
    assert.equal(out.length, 101);
  });

  for (const [options, message] of [
    [{}, /^throttle\.everyMs: Expected a finite number of milliseconds of at least 1, got undefined\./],
    [{ everyMs: 0 }, /^throttle\.everyMs: Expected a finite number of milliseconds of at least 1, got 0\./],
    [{ everyMs: 1, trailing: 0 }, /^throttle\.trailing: Expected true or false, got 0\./],
    [{ everyMs: 1, by: 'a..b' }, /^throttle\.by: The path "a\.\.b" cannot be read/],
    [{ everyMs: 1, maxKeys: 0.5 }, /^throttle\.maxKeys: Expected a whole number of at least 1, got 0\.5\./],
    [
      { everyMs: 1, maxBufferedBytes: 0 },
      /^throttle\.maxBufferedBytes: Expected a whole number of at least 1, got 0\./,
    ],
    [{ everyMs: 1, clock: {} }, /^throttle\.clock: Expected an object with the methods now, monotonic/],
    [{ everyMS: 1 }, /^throttle\.everyMS: There is no such key\. Did you mean `everyMs`\?/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => throttle(options as never), { code: 'ERR_CONFIG', message });
    });
  }
});
