import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { explode, filter, map, mapPage, type Stage, window } from '../../lib/index.js';
import { pageOf } from '../../lib/testing/index.js';
import { collector, gate, messageOf } from '../support/messages.js';
import { until, within } from '../support/until.js';

describe('a stage', () => {
  it('takes nothing further in while nobody takes what it hands out later', async () => {
    let given = 0;
    const message = messageOf('1');
    const source = Readable.from(
      (async function* () {
        for (; given < 2_000; given++) {
          yield message;
          for (let turn = 0; turn < 3; turn++) await nextTurn();
        }
      })(),
    );
    const stage = map(
      async (one) => {
        await nextTurn();
        return one;
      },
      { concurrency: 200 },
    );
    const sink = gate();
    const running = pipeline(source, stage, sink);
    await until(() => stage.readableLength >= stage.readableHighWaterMark);
    for (let turn = 0; turn < 3_000; turn++) await nextTurn();
    assert.ok(given < 500, `${given} were taken`);
    sink.open();
    await running;
    assert.equal(sink.seen.length, 2_000);
  });

  for (const [name, stage, expected] of [
    ['filter()', filter(({ frame }) => frame.sequence % 3 === 0), 334],
    ['filter() of a promise', filter(async ({ frame }) => frame.sequence % 3 === 0, { concurrency: 2 }), 334],
    ['explode()', explode({ path: 'list', onMissing: 'drop' }), 334 * 2],
    ['window()', window({ size: 3 }, ({ length }) => length), 334],
  ] as const) {
    it(`goes on behind a sink that stood still, when nothing comes of what was asked for: ${name}`, async () => {
      const messages = Array.from({ length: 1_000 }, (_, sequence) =>
        messageOf(sequence % 3 === 0 ? '{"list":[{},{}]}' : '{}', { sequence }),
      );
      const sink = gate();
      const running = pipeline(Readable.from(messages), stage as Stage, sink);
      await until(() => stage.readableLength >= stage.readableHighWaterMark);
      sink.open();
      await within(() => `${sink.seen.length} of ${expected} records`, running, 20_000);
      assert.equal(sink.seen.length, expected);
    });
  }

  for (const turns of [0, 1, 2, 3]) {
    it(`goes on whenever its reader, who takes ${turns} turns over each, wants more`, async () => {
      const sink = collector({ turns, highWaterMark: 1 });
      const pages = Array.from({ length: 50 }, () => pageOf(['1']));
      const later = async <T>(item: T, turn: number): Promise<T> => {
        for (let left = turn; left > 0; left--) await nextTurn();
        return item;
      };
      let count = 0;
      const source = Readable.from(
        (async function* () {
          for (const [index, page] of pages.entries()) yield later(page, (index * 5) % 4);
        })(),
      );
      const sometimes = mapPage((page) => ((count += 1) % 3 === 0 ? page : later(page, count % 4)));
      await within(
        () => `${sink.seen.length} of 50 pages`,
        pipeline(
          source,
          mapPage((page) => page),
          sometimes,
          mapPage((page) => page),
          sink,
        ),
        20_000,
      );
      assert.equal(sink.seen.length, 50);
    });
  }
});
