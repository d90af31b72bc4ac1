import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dedupe } from '../../lib/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';
import { frameOf, messageOf } from '../support/messages.js';
import { type Event, play, stepOf } from '../support/step-run.js';

describe('dedupe()', () => {
  for (const [what, by, events, expected, filtered] of [
    [
      'leaves out records that agree in all fields with one before',
      ['s', 'id'],
      [
        [0, '{"s":"A","id":1,"x":1}'],
        [1, '{"id":1,"s":"A"}'],
        [2, '{"s":"A","id":2}'],
        [3, '{"s":"B","id":1}'],
      ],
      ['0:{"s":"A","id":1,"x":1}', '2:{"s":"A","id":2}', '3:{"s":"B","id":1}'],
      1,
    ],
    [
      'lets records without one of the fields through, and gaps',
      ['s', 'id'],
      [
        [0, '{"s":1}'],
        [0, 'gap'],
        [0, '{"s":1}'],
        [0, 'gap'],
        [0, '5'],
        [0, '5'],
      ],
      ['0:{"s":1}', '0:gap', '0:{"s":1}', '0:gap', '0:5', '0:5'],
      0,
    ],
    [
      'forgets a record after the window',
      ['id'],
      [
        [0, '{"id":1}'],
        [100, '{"id":1}'],
        [101, '{"id":1}'],
        [102, '{"id":1}'],
      ],
      ['0:{"id":1}', '101:{"id":1}'],
      2,
    ],
    [
      'compares fields as they are written',
      ['id'],
      [
        [0, '{"id":1}'],
        [0, '{"id":1.0}'],
        [0, '{"id":"1"}'],
        [0, '{"id":{"a":1}}'],
        [0, '{"id":{"a":1}}'],
      ],
      ['0:{"id":1}', '0:{"id":1.0}', '0:{"id":"1"}', '0:{"id":{"a":1}}'],
      1,
    ],
  ] as [string, string[], Event[], string[], number][]) {
    it(what, async () => {
      const { out, step } = await play((clock) => dedupe({ by, windowMs: 100, clock }), events);
      assert.deepEqual([out, step.filtered], [expected, filtered]);
    });
  }

  it('with content leaves out what another connection brought before, and not what one says twice', () => {
    const { out, step } = stepOf((clock) => dedupe({ by: 'content', windowMs: 100, clock }));
    for (const [text, connection] of [
      ['"a"', 1],
      ['"a"', 1],
      ['"a"', 2],
      ['"b"', 2],
      ['"b"', 1],
    ] as const) {
      step.take(messageOf(text, { connection }));
    }
    assert.deepEqual([out, step.filtered], [['0:"a"', '0:"a"', '0:"b"'], 2]);
  });

  it('is given messages', () => {
    const { step } = stepOf(() => dedupe({ by: ['id'], windowMs: 100 }));
    assert.throws(() => step.take(frameOf('{}') as never), {
      code: 'ERR_CONFIG',
      message: /^dedupe: Expected messages/,
    });
  });

  for (const [options, message] of [
    [{ windowMs: 1 }, /^dedupe\.by: Expected an array of paths, or 'content', got undefined\./],
    [{ by: ['a'] }, /^dedupe\.windowMs: Expected a finite number of milliseconds of at least 1, got undefined\./],
    [{ by: ['a..b'], windowMs: 1 }, /^dedupe\.by\[0\]: The path "a\.\.b" cannot be read/],
    [{ by: 'a', windowMs: 1 }, /^dedupe\.by: Expected an array of paths, or 'content', got "a"\./],
    [{ by: [], windowMs: 1 }, /^dedupe\.by: Expected an array of paths/],
    [{ by: ['a'], window: 1 }, /^dedupe\.window: There is no such key\. Did you mean `windowMs`\?/],
    [undefined, /^dedupe: Expected an object of options, got undefined\./],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => dedupe(options as never), { code: 'ERR_CONFIG', message });
    });
  }

  for (const arrangement of ARRANGEMENTS) {
    it(`tells records apart that came in one frame (${arrangement})`, async (t) => {
      const server = await feed(t, sends('[{"id":1},{"id":2},{"id":1}]', '[{"id":2},{"id":3}]'));
      const stages = [dedupe({ by: ['id'], windowMs: 60_000 })];
      const { texts, stats } = await run(
        arrangement,
        { url: server.url, unbounded: true, records_path: '$' },
        { stages },
      );
      assert.deepEqual([texts, stats.filtered, stats.records], [['{"id":1}', '{"id":2}', '{"id":3}'], 2, 3]);
    });
  }
});
