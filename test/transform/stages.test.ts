import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import {
  type DeadLetter,
  explode,
  filter,
  renameFields,
  SpillwayError,
  setFields,
  type TransformOptions,
} from '../../lib/index.js';
import { collector, messagesOf, recorder } from '../support/messages.js';

const TAKEN = '{"p":1,"price":2}';
const BARE = '{"id":1}';
const STAGES = {
  renameFields: (options?: TransformOptions) => ({ stage: renameFields({ p: 'price' }, options), bad: TAKEN }),
  explode: (options?: TransformOptions) => ({
    stage: explode({ path: 'items', onMissing: 'error' }, options),
    bad: BARE,
  }),
};
const GOOD = '{"items":[7]}';

describe('A transform by hand', () => {
  for (const [name, make] of Object.entries(STAGES)) {
    const after = name === 'explode' ? '{"items":7}' : GOOD;

    it(`${name}() fails at a record that it cannot be applied to, after what came before`, async () => {
      const { stage, bad } = make();
      const sink = collector();
      await assert.rejects(
        pipeline(Readable.from(messagesOf(GOOD, bad, GOOD)), stage, sink),
        (error) => error instanceof SpillwayError && error.code === 'ERR_TRANSFORM',
      );
      assert.deepEqual(sink.seen, [after]);
    });

    it(`${name}() with skip counts it, warns, and drops it`, async () => {
      const logger = recorder();
      const { stage, bad } = make({ onError: 'skip', logger });
      const sink = collector();
      await pipeline(Readable.from(messagesOf(GOOD, bad, GOOD)), stage, sink);
      assert.deepEqual(sink.seen, [after, after]);
      assert.deepEqual([stage.skipped, stage.filtered], [1, 0]);
      assert.deepEqual(
        logger.entries.map(({ level }) => level),
        ['warn'],
      );
    });

    it(`${name}() with divert gives it to the dead letter, as it came`, async () => {
      const deadLetter = new PassThrough({ objectMode: true });
      const { stage, bad } = make({ onError: 'divert', deadLetter });
      await pipeline(Readable.from(messagesOf(GOOD, bad)), stage, collector());
      const letter = deadLetter.read() as DeadLetter;
      assert.equal(letter.data.toString(), bad);
      assert.deepEqual([letter.error.code, letter.sequence, stage.skipped], ['ERR_TRANSFORM', 1, 1]);
    });
  }

  it('counts what it leaves out', async () => {
    const stages = [filter({ path: 'n', op: 'ne', value: 1 }), explode({ path: 'items', onMissing: 'drop' })] as const;
    const sink = collector();
    await pipeline(Readable.from(messagesOf('{"n":1}', '{"n":2}', '{"n":3,"items":[{"k":0}]}')), ...stages, sink);
    assert.deepEqual(sink.seen, ['{"n":3,"items_k":0}']);
    assert.deepEqual(
      stages.map(({ filtered, skipped }) => [filtered, skipped]),
      [
        [1, 0],
        [1, 0],
      ],
    );
  });

  it('takes integers past 2^53 as bigint', async () => {
    const sink = collector();
    const stages = [
      filter({ path: 'id', op: 'eq', value: 9007199254740993n }),
      setFields({ seen: 2n ** 63n }),
    ] as const;
    await pipeline(Readable.from(messagesOf('{"id":9007199254740992}', '{"id":9007199254740993}')), ...stages, sink);
    assert.deepEqual(sink.seen, ['{"id":9007199254740993,"seen":9223372036854775808}']);
  });
});
