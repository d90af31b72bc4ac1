import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredPosition } from '../../lib/batch/stored-position.js';
import { askPosition, type ToldPosition, tellLater } from '../../lib/feed/told-position.js';
import type { OpenSink } from '../../lib/sink/kind.js';
import type { FeedState } from '../../lib/state/state.js';
import { takeOver } from '../../lib/state/state.js';
import { recorder } from '../support/messages.js';
import { until } from '../support/until.js';

const NONE = { sequence: 0, receivedAt: undefined };

test('a sink that knows how far the feed is stored is believed, and so it is told', async () => {
  const { state, taken } = stateOf();
  const known = { sequence: 7, receivedAt: Date.now() + 60_000 };
  const logger = recorder();
  assert.deepEqual(await askPosition(sinkOf(Promise.resolve(known)), { state, isSpooled: false, logger }), { known });
  assert.deepEqual(taken, [known]);
  assert.deepEqual(logger.entries, [goesOn(7, 0)]);
  for (const isSpooled of [false, true]) {
    const without = recorder();
    await askPosition(sinkOf(Promise.resolve(NONE)), { state: undefined, isSpooled, logger: without });
    assert.deepEqual(without.entries, [goesOn(0, 0)]);
  }
});

test('how long nothing ran is told from its last record on', async () => {
  const logger = recorder();
  const from = Date.now();
  const sink = sinkOf(Promise.resolve({ sequence: 2, receivedAt: from - 61_000 }));
  await askPosition(sink, { state: undefined, isSpooled: false, logger });
  const [{ facts, text }] = logger.entries as [(typeof logger.entries)[number]];
  const ms = facts['not_running_ms'] as number;
  assert.ok(ms >= 61_000 && ms <= 61_000 + Date.now() - from);
  assert.deepEqual({ facts, text }, { facts: goesOn(2, ms).facts, text: goesOn(2, ms).text });
});

test('a sink that knows nothing of the feed changes nothing', async () => {
  const { state, taken } = stateOf();
  const logger = recorder();
  const told = await askPosition(sinkOf(Promise.resolve(undefined)), { state, isSpooled: true, logger });
  assert.deepEqual([told, taken, logger.entries], [{ known: undefined }, [], []]);
});

test('a sink that fails fails the run, with a spool, too', async () => {
  for (const isSpooled of [false, true]) {
    const failure = new Error('refused');
    const asking = askPosition(sinkOf(Promise.reject(failure)), { state: undefined, isSpooled, logger: recorder() });
    await assert.rejects(asking, failure);
  }
});

test('with a spool nobody waits for a sink that is away, and what it says later is told', async () => {
  for (const [known, rest] of [
    [{ sequence: 9, receivedAt: 1 }, ''],
    [
      { sequence: 10, receivedAt: 1 },
      ' The spool did not know of all that: frames since the start are numbered from 9 on.',
    ],
    [undefined, ''],
  ] as const) {
    const { state, taken } = stateOf();
    const logger = recorder();
    let tell = (_known: StoredPosition | undefined): void => {};
    const position = new Promise<StoredPosition | undefined>((resolve) => {
      tell = resolve;
    });
    const told = await askPosition(sinkOf(position), { state, isSpooled: true, logger });
    const away = {
      level: 'warn',
      facts: { event: 'sink_away', path: 'topic trades' },
      text: 'topic trades does not say yet how far the feed is stored. What comes waits in the spool.',
    };
    assert.deepEqual([Object.keys(told), taken, logger.entries], [['later'], [], [away]]);
    tellLater(told, 9, 'topic trades', logger);
    tell(known);
    await until(() => logger.entries.length === 2);
    const sequence = known?.sequence ?? 0;
    assert.deepEqual(logger.entries[1], {
      level: 'warn',
      facts: { event: 'sink_back', path: 'topic trades', sequence },
      text: `topic trades says that the feed is stored up to sequence ${sequence}. What is not goes there now.${rest}`,
    });
    assert.deepEqual(taken, known === undefined ? [] : [known]);
  }
});

test('of a sink that fails later, or has said at once, nothing is told', async () => {
  const logger = recorder();
  const failed: ToldPosition = { later: Promise.reject(new Error('refused')) };
  tellLater(failed, 0, 'topic trades', logger);
  tellLater({ known: NONE }, 0, 'topic trades', logger);
  await failed.later!.catch(() => {});
  assert.deepEqual(logger.entries, []);
});

function sinkOf(position: Promise<StoredPosition | undefined>): OpenSink {
  return { position: () => position, target: 'topic trades' } as unknown as OpenSink;
}

/** A state that notes what it is to go by. */
function stateOf() {
  const taken: StoredPosition[] = [];
  const state = { [takeOver]: (known: StoredPosition) => void taken.push(known) } as unknown as FeedState;
  return { state, taken };
}

function goesOn(sequence: number, ms: number) {
  return {
    level: 'warn',
    facts: { event: 'goes_on', path: 'topic trades', sequence, not_running_ms: ms },
    text:
      `The feed goes on at sequence ${sequence}, where its last transaction came to: ${(ms / 1_000).toFixed(1)} s after its last ` +
      'record. What was missed in between is told as a gap.',
  };
}
