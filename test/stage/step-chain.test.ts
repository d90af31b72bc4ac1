import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { MakeStep, Step } from '../../lib/stage/step.js';
import { StepChain } from '../../lib/stage/step-chain.js';

/** A step that keeps what it takes until it is told to go on, or ends. */
function holder() {
  const held: number[] = [];
  let handOut = (): void => {};
  let fail = (_error: Error): void => {};
  let onEnd: (() => void) | undefined;
  const make: MakeStep<number, number> = (outlet) => {
    handOut = () => held.splice(0).forEach((item) => void outlet.push(item));
    fail = (error) => outlet.fail(error);
    return {
      isFull: false,
      isAtWork: false,
      take: (item) => void held.push(item),
      end(done) {
        onEnd = done;
      },
    };
  };
  return {
    make,
    handOut: () => handOut(),
    fail: (error: Error) => fail(error),
    /** It has handed out all that it had at its end. */
    finish() {
      handOut();
      onEnd?.();
    },
    get isEnding() {
      return onEnd !== undefined;
    },
  };
}

/** A step that fails at one item. */
function failsAt(bad: number, error: Error): MakeStep<number, number> {
  return (outlet): Step<number> => ({
    isFull: false,
    isAtWork: false,
    take(item) {
      if (item === bad) throw error;
      outlet.push(item);
    },
    end: (done) => done(),
  });
}

function chainOf(...makers: MakeStep<number, number>[]) {
  const out: number[] = [];
  const errors: Error[] = [];
  const chain = new StepChain<number>(makers, {
    stream: new PassThrough(),
    push: (item) => void out.push(item),
    fail: (error) => void errors.push(error),
    room() {},
  });
  return { chain, out, errors };
}

const BAD = new Error('bad');

describe('StepChain', () => {
  it('hands out what steps behind the one that failed have taken before, and nothing of those before it', () => {
    const [before, behind] = [holder(), holder()];
    const { chain, out, errors } = chainOf(before.make, failsAt(2, BAD), behind.make);
    for (const item of [1, 2, 3]) chain.take(item);
    before.handOut();
    chain.take(4);
    assert.deepEqual(errors, [BAD]);
    let ends = 0;
    chain.end(() => void (ends += 1));
    assert.deepEqual([before.isEnding, behind.isEnding, ends], [false, true, 0]);
    behind.finish();
    before.handOut();
    assert.deepEqual([out, ends], [[1], 1]);
  });

  it('goes on with its end behind a step that fails while it ends', () => {
    const [first, last] = [holder(), holder()];
    const { chain, out, errors } = chainOf(first.make, last.make);
    for (const item of [1, 2]) chain.take(item);
    first.handOut();
    chain.take(3);
    let ends = 0;
    chain.end(() => void (ends += 1));
    first.fail(BAD);
    assert.deepEqual([errors, last.isEnding], [[BAD], true]);
    first.finish();
    assert.equal(ends, 0);
    last.finish();
    assert.deepEqual([out, ends], [[1, 2], 1]);
  });

  it('ends once when what a step hands out at its end fails further down', () => {
    const [first, last] = [holder(), holder()];
    const { chain, out, errors } = chainOf(first.make, failsAt(2, BAD), last.make);
    for (const item of [1, 2, 3]) chain.take(item);
    let ends = 0;
    chain.end(() => void (ends += 1));
    first.finish();
    last.finish();
    assert.deepEqual([errors, out, ends], [[BAD], [1], 1]);
  });

  it('tells no error of a step before one that failed', () => {
    const [first, second] = [holder(), holder()];
    const { chain, errors } = chainOf(first.make, second.make);
    chain.take(1);
    second.fail(BAD);
    first.fail(new Error('later'));
    assert.deepEqual(errors, [BAD]);
  });

  it('tells an error of the first step, and takes nothing after it', () => {
    const { chain, out, errors } = chainOf(failsAt(1, BAD));
    for (const item of [0, 1, 2]) chain.take(item);
    assert.deepEqual([out, errors], [[0], [BAD]]);
  });
});
