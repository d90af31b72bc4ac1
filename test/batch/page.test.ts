import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { resolveBatchOptions } from '../../lib/batch/options.js';
import { BatchStep } from '../../lib/batch/step.js';
import type { Page } from '../../lib/index.js';
import { pagesOf } from '../sink/pages.js';
import { messageOf } from '../support/messages.js';

/** What of a page is asked for by an index. */
const BY_INDEX = ['text', 'frame', 'isGap', 'receivedAt', 'start'] as const satisfies readonly (keyof Page)[];

describe('a page asked by an index', () => {
  it('answers for each of its records, and throws a RangeError for all else', () => {
    const index = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constantFrom<unknown>(-1, 0.5, 2 ** 32, 2 ** 32 + 1, '0', undefined, null, true, -0),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...BY_INDEX), index, (length, name, at) => {
        const page = pagesOf(
          Array.from({ length }, (_, n) => `${n}`),
          10,
        )[0] as Page;
        const ask = (): unknown => page[name](at as number);
        if (Number.isInteger(at) && (at as number) >= 0 && (at as number) < length) assert.doesNotThrow(ask);
        else
          assert.throws(
            ask,
            new RangeError(`There is no record at ${String(at)}. The page has ${length}, from 0 to ${length - 1}.`),
          );
      }),
      {
        examples: [
          [2, 'text', 9],
          [2, 'frame', 9],
        ],
      },
    );
  });

  it('counts the records among its first lines, and throws a RangeError for more lines than there are', () => {
    const page = pagesOf(['1', '2'])[0] as Page;
    assert.deepEqual([page.recordsAmong(0), page.recordsAmong(1), page.recordsAmong(2)], [0, 1, 2]);
    for (const lines of [-1, 3, 1.5]) assert.throws(() => page.recordsAmong(lines), RangeError);
  });

  it('says of one that was released that it has none', () => {
    const step = new BatchStep(resolveBatchOptions({}), true);
    step.add(messageOf('1'));
    const page = step.flush() as Page;
    assert.equal(page.text(0).toString(), '1');
    page.release();
    for (const name of BY_INDEX)
      assert.throws(() => page[name](0), /no record at 0\. The page was released and has none\.$/);
  });
});
