import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageDelivery } from '../../../../lib/sink/kafka/delivery/page-delivery.js';
import { pagesOf } from '../../pages.js';

const ERROR = new Error('no broker');

for (const [what, settled, isFailed, expected] of [
  ['is dealt with', 2, false, undefined],
  ['fails', 0, true, ERROR],
  ['fails when a part of it is dealt with', 1, true, ERROR],
  ['is dealt with before the sink fails', 2, true, undefined],
] as const) {
  test(`whoever waits for a page that ${what} is told once, before and after`, () => {
    for (const isLate of [false, true]) {
      const page = new PageDelivery(pagesOf(['1', '2'])[0]!);
      const told: (Error | null | undefined)[] = [];
      const wait = (): void => page.whenDone((error) => void told.push(error));
      if (!isLate) wait();
      assert.deepEqual(told, []);
      if (settled > 0 && page.settle(settled, settled)) page.conclude();
      if (isFailed) page.fail(ERROR);
      if (isLate) wait();
      assert.deepEqual(told, [expected]);
    }
  });
}
