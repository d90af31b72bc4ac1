import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageOrder } from '../../lib/audit/page-order.js';
import type { EntryHead, EntryKind } from '../../lib/spool/entry.js';

type Given = readonly [page: number, first: number, last: number, kind?: EntryKind, from?: number];

for (const [what, acknowledged, entries, expected] of [
  [
    'pages that follow each other',
    undefined,
    [
      [1, 0, 4],
      [2, 5, 9],
      [3, 10, 10],
    ],
    [],
  ],
  [
    'a page that is missing',
    undefined,
    [
      [1, 0, 4],
      [3, 10, 12],
    ],
    ['page 2 is missing'],
  ],
  [
    'pages that are missing',
    undefined,
    [
      [1, 0, 4],
      [4, 10, 12],
    ],
    ['pages 2 to 3 are missing'],
  ],
  [
    'a page that comes twice',
    undefined,
    [
      [1, 0, 4],
      [1, 5, 9],
      [2, 5, 9],
    ],
    ['page 1 comes behind page 1'],
  ],
  [
    'a page that comes late',
    undefined,
    [
      [1, 0, 4],
      [2, 5, 9],
      [1, 0, 4],
    ],
    ['page 1 comes behind page 2'],
  ],
  [
    'pages that were dropped, and stand there twice',
    undefined,
    [
      [1, 0, 4],
      [1, 0, 4, 'dropped'],
    ],
    [],
  ],
  [
    'several that were dropped, in one entry',
    undefined,
    [
      [1, 0, 4],
      [4, 5, 9, 'dropped', 2],
    ],
    [],
  ],
  [
    'several that were dropped, behind one that is missing',
    undefined,
    [
      [1, 0, 4],
      [5, 9, 12, 'dropped', 3],
    ],
    ['page 2 is missing'],
  ],
  [
    'a page that goes back',
    undefined,
    [
      [1, 0, 4],
      [2, 4, 9],
    ],
    ['page 2 goes back to frame 4, from 5'],
  ],
  ['a spool whose begin is not known', undefined, [[7, 30, 34]], []],
  ['pages that are stored, and gone', 4, [[5, 30, 34]], []],
  ['pages that are not stored, and gone', 4, [[7, 30, 34]], ['pages 5 to 6 are missing']],
  [
    'pages that are stored, and there',
    4,
    [
      [3, 30, 34],
      [4, 35, 36],
      [5, 37, 40],
    ],
    [],
  ],
  [
    'a page that is missing, and was stored',
    4,
    [
      [1, 0, 4],
      [3, 10, 12],
      [5, 20, 21],
    ],
    [],
  ],
  ['none that was stored', 0, [[2, 30, 34]], ['page 1 is missing']],
] as const satisfies readonly (readonly [string, number | undefined, readonly Given[], readonly string[]])[]) {
  test(`the order of pages tells of ${what}`, () => {
    const order = new PageOrder(acknowledged);
    const told = (entries as readonly Given[]).map(([page, firstSequence, lastSequence, kind = 'page', from]) => {
      const head = { page, kind, firstSequence, lastSequence, records: lastSequence - firstSequence + 1 };
      return order.take(head as EntryHead, from);
    });
    assert.deepEqual(
      told.filter((one) => one !== undefined),
      expected,
    );
  });
}
