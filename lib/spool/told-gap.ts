import { FrameFactsList } from '../batch/frame-facts-list.js';
import { Page } from '../batch/page.js';
import type { Gap, Moment } from '../frame/gap.js';
import { gapFrame } from '../frame/gap-frame.js';
import type { Clock } from '../internal/clock.js';
import type { Hole } from './backlog.js';
import type { DroppedStretch } from './dropped.js';

/** What the gaps of a spool have in common. */
interface GapParts {
  readonly clock: Clock;
  readonly feed: string | undefined;
}

/** Pages were dropped, since the spool was full. */
export function droppedGap(stretch: DroppedStretch, { clock, feed }: GapParts): Gap {
  const { firstSequence, next, firstAt, lastAt, connection, records } = stretch;
  return {
    ...{ cause: 'overflow', feed, connection, code: undefined },
    ...between(firstAt, lastAt, clock),
    afterSequence: firstSequence > 0 ? firstSequence - 1 : undefined,
    beforeSequence: next,
    dropped: records,
    ...{ missing: undefined, key: undefined },
  };
}

/** Pages that were there are not any more. */
export function damagedGap({ after, before, from, to }: Hole, { clock, feed }: GapParts): Gap {
  return {
    ...{ cause: 'damaged', feed, connection: 0, code: undefined },
    ...between(from, to, clock),
    afterSequence: after === undefined || after === 0 ? undefined : after - 1,
    beforeSequence: before,
    dropped: 0,
    ...{ missing: undefined, key: undefined },
  };
}

/** A page that holds nothing but the line that tells a gap. */
export function gapPage(gap: Gap, url: string): Page {
  const frame = gapFrame(gap, { url, sequence: Number(gap.beforeSequence) });
  const facts = new FrameFactsList();
  facts.add(frame);
  const bytes = Buffer.allocUnsafeSlow(frame.data.length + 1);
  frame.data.copy(bytes);
  bytes[frame.data.length] = LF;
  return Page.of(bytes, [frame.data.length], facts, 'number');
}

function between(from: number, to: number, clock: Clock): Pick<Gap, 'from' | 'to' | 'durationMs'> {
  return { from: momentOf(from, clock), to: momentOf(Math.max(from, to), clock), durationMs: Math.max(0, to - from) };
}

/** A moment of the past, of which only the time on the wall was kept. */
function momentOf(at: number, clock: Clock): Moment {
  return { at, monotonic: clock.monotonic() - Math.max(0, clock.now() - at) };
}

const LF = 0x0a;
