import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError, debounce, type Message, type Stage, sample, throttle, window } from '../../lib/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';

/** Far more than any run takes. */
const LONG_MS = 3_600_000;
const count = ({ length }: readonly Message[]): number => length;

/** Stages that take a function for the key, and what ten records, all of one key, come to, of which the last has no key that can be used. */
const STAGES: readonly (readonly [name: string, stage: (by: never) => Stage, records: readonly unknown[]])[] = [
  ['sample', (by) => sample({ every: 4, by }), [0, 4, 8]],
  ['throttle', (by) => throttle({ everyMs: LONG_MS, by }), [0, 8]],
  ['debounce', (by) => debounce({ afterMs: LONG_MS, by }), [8]],
  ['window', (by) => window({ size: 4, by }, count), [4, 4, 1]],
];

const WANTED = 'Return a string, a number, a bigint, a boolean or null, or undefined where there is no key.';

for (const arrangement of ARRANGEMENTS) {
  for (const [name, stage, records] of STAGES) {
    describe(`the function \`by\` of ${name}(), ${arrangement},`, () => {
      const runWith = async (t: TestContext, last: () => unknown) => {
        const server = await feed(t, sends(...Array.from({ length: 11 }, (_, n) => `${n}`)));
        const by = (message: Message): unknown => (message.value === 9 ? last() : 'one');
        return run(arrangement, { url: server.url, unbounded: true }, { stages: [stage(by as never)] });
      };

      for (const [what, last, reason] of [
        [
          'throws',
          () => {
            throw new RangeError('mine');
          },
          'failed: mine. `cause` is what it failed with.',
        ],
        ['returns a promise', () => Promise.reject(new Error('unheard')), `returned a promise. ${WANTED}`],
        ['returns an object', () => ({}), `returned an object. ${WANTED}`],
        ['returns a function', () => () => 1, `returned a function. ${WANTED}`],
      ] as const) {
        it(`ends the run with ERR_CONFIG when it ${what}, with all that came before, and what was held, in front`, async (t) => {
          const { values, error } = await runWith(t, last);
          assert.deepEqual(values, records);
          assert.ok(error instanceof ConfigError);
          assert.equal(error.message, `${name}.by: The function ${reason}`);
          assert.equal(error.cause instanceof RangeError, what === 'throws');
        });
      }

      for (const key of [7, 7n, true, null, 'seven', undefined]) {
        it(`may give ${typeof key === 'bigint' ? '7n' : String(key)}`, async (t) => {
          const { error, stats } = await runWith(t, () => key);
          assert.equal(error, undefined);
          assert.equal(stats.frames, 11);
        });
      }
    });
  }
}
