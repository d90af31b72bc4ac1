import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { debounce, type Stage, throttle } from '../../lib/index.js';
import type { FakeClock } from '../../lib/testing/index.js';
import { type Event, play } from '../support/step-run.js';

interface Known {
  since: number;
  newest: number;
  held: string | undefined;
}

/** What the stages are to do, told millisecond by millisecond. */
function model(
  { isFirstAtOnce, isNewestKept, dueAt }: Model,
  events: readonly Event[],
): { readonly out: string[]; readonly filtered: number } {
  const out: string[] = [];
  let filtered = 0;
  const keys = new Map<string, Known>();
  const end = events.at(-1)?.[0] ?? 0;
  const handOut = (known: Known, at: number): void => {
    if (known.held !== undefined) out.push(`${at}:${known.held}`);
  };
  for (let at = 0; at <= end; at++) {
    for (const [key, known] of keys) {
      if (dueAt(known) > at) continue;
      handOut(known, at);
      if (isFirstAtOnce && known.held !== undefined) keys.set(key, { since: at, newest: at, held: undefined });
      else keys.delete(key);
    }
    for (const [, what] of events.filter(([when]) => when === at)) {
      if (what === 'gap' || what === 'flush' || what === 'end') {
        for (const [key, known] of keys) {
          handOut(known, at);
          if (isFirstAtOnce && known.held === undefined) continue;
          if (isFirstAtOnce && what !== 'end') keys.set(key, { since: at, newest: at, held: undefined });
          else keys.delete(key);
        }
        if (what === 'gap') out.push(`${at}:gap`);
        continue;
      }
      const key = what[1] as string;
      const known = keys.get(key);
      if (known === undefined) {
        keys.set(key, { since: at, newest: at, held: isFirstAtOnce ? undefined : what });
        if (isFirstAtOnce) out.push(`${at}:${what}`);
        continue;
      }
      if (known.held !== undefined || !isNewestKept) filtered += 1;
      known.newest = at;
      if (isNewestKept) known.held = what;
    }
  }
  return { out, filtered };
}

interface Model {
  readonly isFirstAtOnce: boolean;
  readonly isNewestKept: boolean;
  dueAt(known: Known): number;
}

const script = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom('A', 'B', 'C', 'A', 'B', 'gap', 'flush')), {
    maxLength: 40,
  })
  .map((steps): Event[] => {
    let at = 0;
    const events = steps.map(([wait, what], index): Event => {
      at += wait;
      return [at, what.length === 1 ? `"${what}${index}"` : what];
    });
    return [...events, [at + 100, 'end']];
  });

const STAGES: readonly [name: string, stage: (clock: FakeClock, maxKeys?: number) => Stage, model: Model][] = [
  ...[true, false].map((trailing): (typeof STAGES)[number] => [
    `throttle(), trailing: ${trailing},`,
    (clock, maxKeys) => throttle({ everyMs: 20, trailing, by: keyOf, clock, maxKeys }),
    { isFirstAtOnce: true, isNewestKept: trailing, dueAt: ({ since }) => since + 20 },
  ]),
  ...[undefined, 20, 45].map((maxWaitMs): (typeof STAGES)[number] => [
    `debounce(), maxWaitMs: ${maxWaitMs},`,
    (clock, maxKeys) => debounce({ afterMs: 20, maxWaitMs, by: keyOf, clock, maxKeys }),
    {
      isFirstAtOnce: false,
      isNewestKept: true,
      dueAt: ({ since, newest }) => Math.min(newest + 20, since + (maxWaitMs ?? Number.POSITIVE_INFINITY)),
    },
  ]),
];

function keyOf({ value }: { readonly value: unknown }): string {
  return (value as string)[0] as string;
}

describe('Stages that hold records back', () => {
  for (const [name, stage, expected] of STAGES) {
    it(`${name} does what its description says, whatever comes when`, async () => {
      await fc.assert(
        fc.asyncProperty(script, async (events) => {
          const { out, step, clock } = await play(stage, events);
          const wanted = model(expected, events);
          // Among keys there is no order but of time, and around gaps.
          const sections = (lines: readonly string[]): string[][] => {
            const cut: string[][] = [[]];
            for (const line of lines) line.endsWith('gap') ? cut.push([line], []) : cut.at(-1)?.push(line);
            return cut.map((part) => part.toSorted());
          };
          assert.deepEqual(sections(out), sections(wanted.out));
          assert.equal(step.filtered, wanted.filtered);
          assert.equal(clock.pending, 0);
        }),
      );
    });

    it(`${name} keeps the order of a key, and loses none that it does not count, with too few keys`, async () => {
      await fc.assert(
        fc.asyncProperty(script, fc.integer({ min: 1, max: 2 }), async (events, maxKeys) => {
          const { out, step } = await play((clock) => stage(clock, maxKeys), events);
          const records = events.filter(([, what]) => what.startsWith('"'));
          const handedOut = out.filter((line) => !line.endsWith('gap')).map((line) => line.split(':')[1] as string);
          assert.equal(handedOut.length + (step.filtered ?? 0), records.length);
          for (const key of 'ABC') {
            const places = handedOut
              .filter((text) => text[1] === key)
              .map((text) => events.findIndex(([, what]) => what === text));
            assert.deepEqual(
              places,
              places.toSorted((one, other) => one - other),
            );
            // The newest of a key is never left out, where it is held at all.
            const newest = records.filter(([, what]) => what[1] === key).at(-1)?.[1];
            if (expected.isNewestKept && newest !== undefined) assert.ok(handedOut.includes(newest));
          }
        }),
      );
    });
  }
});
