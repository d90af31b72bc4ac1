import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Origin } from '../../../lib/connect/intake/frame-handler.js';
import { Intake, type RunConsumer } from '../../../lib/connect/intake/intake.js';
import { resolveWebSocketOptions, type WebSocketReadableOptions } from '../../../lib/connect/options/options.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import type { WithheldFrame } from '../../../lib/connect/rotation/merge.js';
import { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import type { Frame } from '../../../lib/frame/frame.js';
import type { Gap, Moment } from '../../../lib/frame/gap.js';
import { JsonCheck } from '../../../lib/json/check.js';
import { createFakeClock, encodeFrame, OPCODES } from '../../../lib/testing/index.js';

const URL = 'ws://127.0.0.1:1/feed';

test('frames are numbered and counted as they come, one by one or many at once', () => {
  const { intake, told, one, many } = intakeOf();
  assert.deepEqual([intake.frames, intake.bytes, intake.controlFrames, intake.lastFrameAt], [0, 0, 0, undefined]);
  one('"a"', at(1));
  many(['"bc"', '"d"'], at(2));
  assert.equal(intake.lastFrameAt, 2);
  one('"e"', at(3), true);
  assert.deepEqual(told.frames, [
    { text: '"a"', sequence: 0, receivedAt: 1, isBinary: false, url: URL, connection: 7 },
    { text: '"bc"', sequence: 1, receivedAt: 2, isBinary: false, url: URL, connection: 7 },
    { text: '"d"', sequence: 2, receivedAt: 2, isBinary: false, url: URL, connection: 7 },
    { text: '"e"', sequence: 3, receivedAt: 3, isBinary: true, url: URL, connection: 7 },
  ]);
  assert.deepEqual([intake.frames, intake.bytes, intake.lastFrameAt, told.counted], [4, 13, 3, 1]);
});

test('what came over any connection is told once a chunk, with its time', () => {
  const { intake, told, one, many } = intakeOf();
  const first = at(1);
  one('1', first);
  many(['2'], first);
  const second = at(5);
  many(['3'], second);
  one('4', second);
  assert.deepEqual(told.alive, [1, 5]);
  assert.equal(intake.fed, second);
  many(['5'], at(9));
  assert.deepEqual([told.alive, intake.fed], [[1, 5, 9], at(9)]);
});

test('as many frames are taken as were asked for, and it tells when they are there', () => {
  for (const way of ['one', 'many'] as const) {
    const { intake, told, one, many } = intakeOf({ maxFrames: 3 });
    if (way === 'many') many(['1', '2', '3', '4'], at(1));
    else for (const text of ['1', '2', '3', '4']) one(text, at(1));
    assert.deepEqual([told.frames.length, intake.frames, told.full], [3, 3, 1], way);
  }
});

test('while no connection feeds the run nothing is taken, and nobody is told that something came', () => {
  const { intake, told, one, many, control } = intakeOf({ idleReset: 'any', controlFrames: 'keep' });
  intake.isOpen = false;
  one('1', at(1));
  many(['2'], at(1));
  control('3');
  intake.onLate([{ data: Buffer.from('4'), isBinary: false, receivedAt: 1, isControl: false, origin: ORIGIN }]);
  assert.deepEqual([told.frames, told.alive, intake.frames, intake.controlFrames], [[], [], 0, 0]);
});

test('many at once are taken where nobody else has to look at them', () => {
  const sequence = { path: 'n' };
  for (const [what, options, check, takesRuns] of [
    ['nothing else', {}, undefined, true],
    ['dedupe', { dedupe: { by: 'content', windowMs: 1_000 } }, undefined, false],
    ['a sequence, in the check that they go through anyway', { sequence }, new JsonCheck(), true],
    ['a sequence, without such a check', { sequence }, undefined, false],
  ] as const) {
    assert.equal(intakeOf(options, { check }).intake.takesRuns, takesRuns, what);
  }
  const alone = intakeOf({}, { consumer: 'nobody' });
  assert.equal(alone.intake.takesRuns, false);
  alone.many(['1'], at(1));
  assert.equal(alone.intake.frames, 0);
});

test('a gap is told before the frame that ends it, and many at once wait until it is', () => {
  const { intake, told, one, many } = intakeOf();
  one('1', at(1));
  intake.gaps.lost(7, { code: 1006, error: undefined });
  many(['2'], at(2));
  assert.deepEqual([intake.frames, told.gaps.length], [1, 0]);
  one('2', at(2));
  assert.deepEqual(
    told.gaps.map(({ cause, afterSequence, beforeSequence }) => [cause, afterSequence, beforeSequence]),
    [['disconnected', 0, 1]],
  );
  many(['3'], at(3));
  assert.equal(intake.frames, 3);
});

test('numbers of the feed are looked at in frames that come many at once: one behind a hole comes by itself', () => {
  const { intake, told, one, many } = intakeOf({ sequence: { path: 'n' } }, { check: new JsonCheck() });
  one('{"n":1}', at(1));
  many(['{"n":2}', '{"n":3}', '{"n":5}'], at(2));
  assert.equal(intake.frames, 3);
  one('{"n":5}', at(2));
  assert.deepEqual(
    told.gaps.map(({ cause, afterSequence, beforeSequence, missing }) => [
      cause,
      afterSequence,
      beforeSequence,
      missing,
    ]),
    [['sequence', 3, 5, 1]],
  );
  assert.equal(intake.sequence?.missing, 1);
});

test('a listener that ends the run when it hears of a gap gets no frame behind it', () => {
  const lost = intakeOf({}, { endsAtGap: true });
  lost.intake.gaps.lost(7, { code: 1006, error: undefined });
  lost.one('1', at(1));
  assert.deepEqual([lost.told.gaps.length, lost.told.frames.length], [1, 0]);
  const missing = intakeOf({ sequence: { path: 'n' } }, { check: new JsonCheck(), endsAtGap: true });
  missing.one('{"n":1}', at(1));
  missing.one('{"n":3}', at(1));
  assert.deepEqual([missing.told.gaps.length, missing.told.frames.length], [1, 1]);
});

test('a consumer that takes none of many is asked once, and one that ends the run no more', () => {
  const consumer = (take: number, counted: () => void): RunConsumer => ({
    onRun: (run) => {
      asked += 1;
      for (let n = 0; n < take && run.next(); n++) run.accept();
    },
    onCounted: counted,
  });
  let asked = 0;
  const none = intakeOf({}, { consumer: consumer(0, () => assert.fail()) });
  none.many(['1', '2'], at(1));
  assert.deepEqual([asked, none.intake.frames, none.intake.lastFrameAt], [1, 0, undefined]);
  asked = 0;
  const ending = intakeOf({}, { consumer: consumer(1, () => void (ending.intake.isOpen = asked < 2)) });
  ending.many(['1', '2', '3'], at(1));
  assert.deepEqual([asked, ending.intake.frames, ending.intake.bytes], [2, 2, 2]);
});

test('control frames are counted, and kept where they are wanted; they keep a run alive where anything does', async () => {
  for (const [controlFrames, idleReset, frames, alive] of [
    ['keep', 'any', 1, [250]],
    ['drop', 'any', 0, [250]],
    ['keep', 'data', 1, []],
  ] as const) {
    const { intake, told, control, clock } = intakeOf({ controlFrames, idleReset });
    await clock.advance(250);
    control('"pong"');
    assert.deepEqual([intake.controlFrames, intake.frames, told.alive], [1, frames, alive]);
    assert.equal(intake.lastFrameAt, frames === 0 ? undefined : 250);
  }
});

test('frames that waited are taken until one of them ends the run, and data frames alone are looked at', () => {
  const waited = (text: string, isControl = false): WithheldFrame => {
    return { data: Buffer.from(text), isBinary: false, receivedAt: 5, isControl, origin: { ...ORIGIN, number: 8 } };
  };
  const { intake, told, one } = intakeOf({ maxFrames: 4, dedupe: { by: 'content', windowMs: 1_000 } });
  one('"a"', at(1));
  intake.onLate([waited('"a"'), waited('"a"', true), waited('"b"'), waited('"c"'), waited('"d"')]);
  assert.deepEqual(
    told.frames.map((frame) => [(frame as { text: string }).text, (frame as Frame).receivedAt]),
    [
      ['"a"', 1],
      ['"a"', 5],
      ['"b"', 5],
      ['"c"', 5],
    ],
  );
  assert.deepEqual([told.full, intake.duplicates], [1, 1]);
});

/** An intake that is open, and what it tells. */
function intakeOf(
  options: WebSocketReadableOptions = {},
  {
    check,
    consumer,
    endsAtGap = false,
  }: { readonly check?: JsonCheck; readonly consumer?: RunConsumer | 'nobody'; readonly endsAtGap?: boolean } = {},
) {
  const clock = createFakeClock(0);
  const told = { frames: [] as object[], gaps: [] as Gap[], alive: [] as number[], full: 0, counted: 0 };
  const tell = ({ data, ...facts }: Frame): void => void told.frames.push({ text: data.toString(), ...facts });
  const all: RunConsumer = {
    onRun(run, first, most, mayPass) {
      for (; run.frames < most && run.next(); run.accept()) {
        if (check?.check(run.chunk, run.start, run.end) === false) return;
        if (mayPass?.(run.chunk, run.start, run.end) === false) return;
        tell({ ...first, sequence: first.sequence + run.frames, data: run.chunk.subarray(run.start, run.end) });
      }
    },
    onCounted: () => void told.counted++,
  };
  const intake = new Intake(resolveWebSocketOptions({ ...options, clock }), new Endpoints([URL]), {
    check,
    onFrame: tell,
    runs: () => (consumer === 'nobody' ? undefined : (consumer ?? all)),
    onGap: (gap) => {
      told.gaps.push(gap);
      if (endsAtGap) intake.isOver = true;
    },
    onAlive: (moment) => void told.alive.push(moment),
    onFull: () => {
      told.full += 1;
      intake.isOpen = false;
    },
  });
  intake.isOpen = true;
  return {
    intake,
    told,
    clock,
    one: (text: string, arrival: Moment, isBinary = false): void =>
      intake.onFrame(Buffer.from(text), isBinary, arrival, ORIGIN),
    many: (texts: readonly string[], arrival: Moment): void => {
      const run = new FrameRun(1_024);
      run.begin(Buffer.concat(texts.map((text) => encodeFrame({ opcode: OPCODES.text, payload: text }))), 0);
      intake.onRun(run, arrival, ORIGIN);
    },
    control: (text: string): void => intake.onControl(Buffer.from(text), false, ORIGIN),
  };
}

function at(ms: number): Moment {
  return { at: ms, monotonic: ms };
}

const ORIGIN: Origin = { number: 7, endpoint: new Endpoints([URL]).current, inflater: undefined };
