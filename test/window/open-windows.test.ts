import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenWindow } from '../../lib/window/open-window.js';
import { OpenWindows } from '../../lib/window/open-windows.js';

const windowOf = (due: number, key: string): OpenWindow => ({ due, key }) as unknown as OpenWindow;

test('windows that are due are given in the order of their ends, and what is left is counted', () => {
  const open = new OpenWindows();
  for (const [due, key] of [
    [30, 'a'],
    [10, 'a'],
    [10, 'b'],
    [20, 'a'],
  ] as const) {
    open.add(windowOf(due, key));
  }
  assert.deepEqual([open.size, open.firstDue], [4, 10]);
  assert.deepEqual(
    Array.from(open.takeDue(20), ({ due, key }) => [due, key, open.size]),
    [
      [10, 'a', 3],
      [10, 'b', 2],
      [20, 'a', 1],
    ],
  );
  assert.deepEqual([open.size, open.firstDue], [1, 30]);
  const last = open.get(30, 'a')!;
  open.remove(last);
  open.remove(last);
  assert.deepEqual([open.size, open.firstDue, open.leastUsed], [0, Number.POSITIVE_INFINITY, undefined]);
});
