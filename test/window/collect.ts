import assert from 'node:assert/strict';
import { PassThrough, type Readable } from 'node:stream';
import type { Message } from '../../lib/index.js';
import type { FakeClock } from '../../lib/testing/index.js';
import type { WindowAggregate, WindowFunction } from '../../lib/window/aggregate.js';
import { resolveWindowOptions, type WindowOptions } from '../../lib/window/options.js';
import { WindowStep } from '../../lib/window/step.js';

/** A step without a run around it, and what came of it. */
export function begin(
  options: WindowOptions,
  aggregate: WindowFunction | WindowAggregate<never>,
  stream: Readable = new PassThrough(),
) {
  const out: Message[] = [];
  const failures: Error[] = [];
  const step = new WindowStep(resolveWindowOptions(options), aggregate as WindowFunction, {
    stream,
    push: (message) => void out.push(message),
    fail: (error) => void failures.push(error),
    room: () => {},
  });
  return {
    step,
    out,
    failures,
    /** The texts of what came out since the last call. */
    texts: (): string[] => out.splice(0).map((message) => (message.isGap ? 'gap' : message.text.toString())),
    end(): void {
      let isDone = false;
      step.end(() => (isDone = true));
      assert.ok(isDone);
    },
  };
}

/** What a window came to, in short: its time in seconds of the clock's start, the numbers in it, and marks. */
export function told(clock: FakeClock): WindowFunction {
  const start = clock.now();
  return (messages, { key, from, to, count, gaps, isPartial }) => {
    assert.equal(count, messages.length);
    const values = messages.map(({ value }) => (typeof value === 'object' ? (value as { n: number }).n : value));
    const marks = `${gaps.length > 0 ? ` ${gaps.length} gaps` : ''}${isPartial ? ' partial' : ''}`;
    return `${key === undefined ? '' : `${key} `}${(from - start) / 1000}-${(to - start) / 1000}: ${values.join(' ')}${marks}`;
  };
}
