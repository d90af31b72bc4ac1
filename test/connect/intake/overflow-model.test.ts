import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DroppedRange } from '../../../lib/connect/intake/dropped-range.js';
import { type Overflow, type OverflowLimits, OverflowQueue } from '../../../lib/connect/intake/overflow-queue.js';
import { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import type { Frame } from '../../../lib/frame/frame.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { frameOf } from '../../support/messages.js';

type Policy = Exclude<Overflow, 'block'>;

/** The same as {@link OverflowQueue}, with an object for each frame and no thought of time. */
class Model {
  readonly ranges: DroppedRange[] = [];
  waiting: Frame[] = [];
  #dropped: Frame[] = [];

  constructor(
    readonly policy: Policy,
    readonly limits: OverflowLimits,
  ) {}

  get frames(): Frame[] {
    return this.waiting.filter(({ gap }) => gap === undefined);
  }

  get bytes(): number {
    return this.frames.reduce((sum, { data }) => sum + data.length, 0);
  }

  offer(frame: Frame): void {
    if (frame.gap !== undefined) {
      this.waiting.push(frame);
      return;
    }
    const same = this.waiting.findIndex((one) => keyOf(one) !== undefined && keyOf(one) === keyOf(frame));
    if (typeof this.policy === 'object' && same !== -1) {
      this.#dropped.push(...this.waiting.splice(same, 1, frame));
      while (this.frames.length > 1 && this.bytes > this.limits.maxBytes) this.#dropOldest();
      return;
    }
    if (this.policy === 'drop_newest') {
      if (!this.#hasRoomFor(frame)) {
        this.#dropped.push(frame);
        return;
      }
      this.waiting.push(...this.#told(false));
    } else while (!this.#hasRoomFor(frame)) this.#dropOldest();
    this.waiting.push(frame);
  }

  shift(): Frame | undefined {
    const [gap] = this.policy === 'drop_newest' ? [] : this.#told(false);
    return gap ?? this.waiting.shift();
  }

  end(): void {
    if (this.policy === 'drop_newest') this.waiting.push(...this.#told(true));
  }

  #hasRoomFor(frame: Frame): boolean {
    const { length } = this.frames;
    return length === 0 || (length < this.limits.maxFrames && this.bytes + frame.data.length <= this.limits.maxBytes);
  }

  #dropOldest(): void {
    const first = this.waiting.findIndex(({ gap }) => gap === undefined);
    this.#dropped.push(...this.waiting.splice(first, 1));
  }

  #told(isLast: boolean): Frame[] {
    const dropped = this.#dropped;
    const [begin] = dropped;
    if (begin === undefined) return [];
    this.#dropped = [];
    const [first, last] = [dropped.reduce(earlier), dropped.reduce(later)];
    this.ranges.push({
      dropped: dropped.length,
      first: first.sequence,
      last: last.sequence,
      firstAt: first.receivedAt,
      lastAt: last.receivedAt,
      connection: begin.connection,
      isLast,
    });
    return [gapBefore(last.sequence + 1)];
  }
}

function earlier(one: Frame, other: Frame): Frame {
  return one.sequence <= other.sequence ? one : other;
}

function later(one: Frame, other: Frame): Frame {
  return one.sequence >= other.sequence ? one : other;
}

function keyOf({ data }: Frame): string | undefined {
  return /^\{"k":(\d+)/.exec(data.toString())?.[1];
}

function gapBefore(sequence: number): Frame {
  return { ...frameOf('{"gap":{}}'), gap: {} as never, sequence };
}

interface Offered {
  readonly key: number;
  readonly length: number;
}

function textOf({ key, length }: Offered, sequence: number): string {
  const start = key === 0 ? '{"n":' : `{"k":${key},"n":`;
  return `${start}${sequence},"x":"${String.fromCharCode(97 + (sequence % 26)).repeat(length)}"}`;
}

/** What of a frame must stay as it is. */
function factsOf({ data, isBinary, receivedAt, url, connection, sequence, gap, notInflated }: Frame) {
  return [String(data), isBinary, receivedAt, url, connection, sequence, gap !== undefined, notInflated];
}

const anyFrame = fc.record({
  key: fc.nat(4),
  length: fc.oneof({ weight: 12, arbitrary: fc.nat(60) }, fc.integer({ min: 9_000, max: 40_000 })),
});

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('one' as const), frame: anyFrame, isOdd: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      frames: fc.array(anyFrame, { minLength: 1, maxLength: 60 }),
      isBinary: fc.boolean(),
      passes: fc.nat(70),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gap' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'later' as const }) },
);

test('what waits, comes out and is told as dropped is what a simple queue of objects says, one by one and in runs', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Policy>('drop_oldest', 'drop_newest', { latestBy: 'k' }),
      fc.record({ maxFrames: fc.constantFrom(1, 3, 50, 400), maxBytes: fc.constantFrom(1, 200, 5_000, 200_000) }),
      fc.array(anyStep, { maxLength: 60 }),
      (policy, limits, steps) => {
        const ranges: DroppedRange[] = [];
        const model = new Model(policy, limits);
        const queue = new OverflowQueue(policy, limits, (range) => {
          ranges.push(range);
          return gapBefore(range.last + 1);
        });
        const out: Frame[] = [];
        const expected: Frame[] = [];
        let sequence = 0;
        let receivedAt = 0;
        const take = (): boolean => {
          const [one, other] = [queue.shift(), model.shift()];
          if (one !== undefined) out.push(one);
          if (other !== undefined) expected.push(other);
          assert.equal(one?.sequence, other?.sequence);
          return one !== undefined;
        };
        const frame = (offered: Offered, facts: Partial<Frame>): Frame => ({
          ...frameOf(textOf(offered, sequence), { sequence: sequence++, receivedAt, connection: 1 + (receivedAt % 3) }),
          ...facts,
        });
        for (const step of steps) {
          if (step.kind === 'take') for (let n = 0; n < step.count && take(); n++);
          else if (step.kind === 'later') receivedAt += 1;
          else if (step.kind === 'gap') for (const one of [queue, model]) one.offer(gapBefore(sequence));
          else if (step.kind === 'one') {
            const one = frame(step.frame, step.isOdd ? { isBinary: true, notInflated: 'it is torn' } : {});
            queue.offer(one);
            model.offer(one);
          } else {
            const frames = step.frames.map((offered) => frame(offered, { isBinary: step.isBinary }));
            offerRun(queue, frames, step.passes);
            for (const one of frames) model.offer(one);
          }
          assert.deepEqual([queue.frames, queue.bytes], [model.frames.length, model.bytes]);
          assert.ok(queue.frames <= 1 || (queue.frames <= limits.maxFrames && queue.bytes <= limits.maxBytes));
        }
        queue.end();
        model.end();
        while (take());
        // Only now: what was taken out must not be written over by what came later.
        assert.deepEqual(out.map(factsOf), expected.map(factsOf));
        assert.deepEqual(ranges, model.ranges);
        assert.equal(
          queue.dropped,
          ranges.reduce((sum, { dropped }) => sum + dropped, 0),
        );
        assert.deepEqual([queue.frames, queue.bytes, queue.isIdle], [0, 0, true]);
      },
    ),
    { numRuns: 300 },
  );
});

/** Offers frames as they stand in a chunk, those that a run leaves one by one; one of them does not pass. */
function offerRun(queue: OverflowQueue, frames: readonly Frame[], refused: number): void {
  const [{ isBinary }] = frames as [Frame];
  const opcode = isBinary ? OPCODES.binary : OPCODES.text;
  const chunk = Buffer.concat(frames.map(({ data }) => encodeFrame({ opcode, payload: data })));
  const run = new FrameRun(1_000_000);
  let done = 0;
  let offset = 0;
  while (done < frames.length) {
    const first = frames[done]!;
    assert.ok(run.begin(chunk, offset));
    const passes = (bytes: Buffer, start: number, end: number): boolean =>
      done + run.frames !== refused || bytes.toString('latin1', start, end) !== first.data.toString();
    queue.offerRun(run, first, frames.length - done, passes);
    done += run.frames;
    offset = run.offset;
    if (done === frames.length) break;
    assert.ok(run.next());
    queue.offer({ ...frames[done]!, data: chunk.subarray(run.start, run.end) });
    offset = run.end;
    done += 1;
  }
  // The socket reads into the same memory again.
  chunk.fill(0);
}
