import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { Message, Stage } from '../../lib/index.js';
import { makeStep } from '../../lib/stage/stage.js';
import type { MakeStep, Step } from '../../lib/stage/step.js';
import { createFakeClock, type FakeClock, gapOf, messageOf as recordOf } from '../../lib/testing/index.js';
import { messageOf } from './messages.js';

/** What happens to a step, and when: a record with this text, a gap, a flush or the end. */
export type Event = readonly [at: number, what: string | 'gap' | 'flush' | 'end'];

/** What came of it. */
export interface StepRun {
  /** `time:text` of what came out, in order. */
  readonly out: string[];
  /** The messages. */
  readonly messages: Message[];
  readonly step: Step<Message>;
  readonly clock: FakeClock;
}

/** The step of a stage, without a stream and a feed. */
export function stepOf(stage: (clock: FakeClock) => Stage): StepRun {
  const clock = createFakeClock();
  const out: string[] = [];
  const messages: Message[] = [];
  const step = (stage(clock)[makeStep] as unknown as MakeStep<Message, Message>)({
    stream: new PassThrough(),
    push(message) {
      messages.push(message);
      out.push(`${clock.monotonic()}:${message.isGap ? 'gap' : message.text.toString()}`);
    },
    fail: (error) => assert.fail(error),
    room() {},
  });
  return { out, messages, step, clock };
}

/** Has these happen to the step of a stage, at their times. */
export async function play(stage: (clock: FakeClock) => Stage, events: readonly Event[]): Promise<StepRun> {
  const run = stepOf(stage);
  const { step, clock } = run;
  for (const [index, [at, what]] of events.entries()) {
    if (at > clock.monotonic()) await clock.advance(at - clock.monotonic());
    if (what === 'gap') step.take(recordOf(gapOf()));
    else if (what === 'flush') step.flush?.();
    else if (what === 'end') step.end(() => {});
    else step.take(messageOf(what, { sequence: index }));
  }
  return run;
}
