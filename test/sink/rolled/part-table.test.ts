import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartFile } from '../../../lib/sink/rolled/part-file.js';
import { PartTable } from '../../../lib/sink/rolled/part-table.js';

describe('PartTable', () => {
  it('says when the time of the first part is over, and takes out those whose time was', () => {
    const table = new PartTable();
    assert.equal(table.until, Number.POSITIVE_INFINITY);
    for (const [key, until] of [
      ['a', 20],
      ['b', 10],
      ['c', 30],
    ] as const)
      table.add(partOf(key, until));
    assert.equal(table.until, 10);
    assert.deepEqual(keysOf(table.takeOver(9)), []);
    assert.deepEqual(keysOf(table.takeOver(10)), ['b']);
    assert.deepEqual([table.until, keysOf(table.all)], [20, ['a', 'c']]);
    assert.deepEqual(keysOf(table.takeOver(Number.POSITIVE_INFINITY)), ['a', 'c']);
    assert.deepEqual([table.until, table.get('a')], [Number.POSITIVE_INFINITY, undefined]);
  });

  it('has the one that was used last behind the others, and a surplus when there are 4,096', () => {
    const table = new PartTable();
    const parts = Array.from({ length: 4_096 }, (_, n) => partOf(`${n}`, 1));
    for (const part of parts) {
      assert.equal(table.surplus, undefined);
      table.add(part);
    }
    assert.equal(table.surplus, parts[0]);
    assert.equal(table.get('0'), parts[0]);
    assert.equal(table.surplus, parts[1]);
    assert.equal(table.get('none'), undefined);
    table.remove(parts[1]!);
    assert.equal(table.surplus, undefined);
  });

  it('closes the one that was not used for the longest time when more than 256 are open', async () => {
    const table = new PartTable();
    const closed: string[] = [];
    const parts = Array.from({ length: 257 }, (_, n) => partOf(`${n}`, 1, closed));
    for (const part of parts.slice(0, 256)) await table.opened(part);
    await table.opened(parts[0]!);
    assert.deepEqual(closed, []);
    await table.opened(parts[256]!);
    assert.deepEqual(closed, ['1']);
    await table.close(parts[2]!);
    await table.opened(parts[1]!);
    assert.deepEqual(closed, ['1', '2']);
  });
});

function partOf(key: string, until: number, closed: string[] = []): PartFile {
  const place = { key, slot: { from: 0, until } };
  return { place, close: async () => void closed.push(key) } as unknown as PartFile;
}

function keysOf(parts: readonly PartFile[]): string[] {
  return parts.map(({ place }) => place.key);
}
