import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteMap } from '../../../lib/connect/intake/byte-map.js';

test('a key is found where it stands in other bytes, and is a copy', () => {
  const map = new ByteMap<number>();
  const bytes = Buffer.from('xabcx');
  map.add(bytes, 1, 4, 7);
  bytes.fill('y');
  assert.equal(map.get(Buffer.from('..abc'), 2, 5)?.value, 7);
  assert.equal(map.get(Buffer.from('abcd'), 0, 4), undefined);
  assert.equal(map.get(bytes, 1, 4), undefined);
});

test('keys that differ in one byte are two, wherever that is', () => {
  for (let length = 1; length <= 12; length++) {
    const key = Buffer.alloc(length);
    const map = new ByteMap<number>();
    map.add(key, 0, length, 1);
    for (let at = 0; at < length; at++) {
      const other = Buffer.from(key);
      // Among so many are some that have the same place in the table.
      for (other[at] = 255; other[at]! > 0; other[at]!--) {
        assert.equal(map.get(other, 0, length), undefined, `byte ${at} of ${length}: ${other[at]}`);
      }
      assert.equal(map.get(other, 0, length)?.value, 1);
    }
  }
});

test('keys of one length that are alike are spread, so that few have to be compared', () => {
  for (const [what, keyOf] of [
    ['numbers', (n: number) => `${n}`.padStart(6, '0')],
    ['numbers in front', (n: number) => `${n}`.padEnd(30)],
    [
      'two bytes in the middle',
      (n: number) => `xxxx${String.fromCharCode(n & 0x3f)}xxxx${String.fromCharCode(n >> 6)}xx`,
    ],
    ['short ones', (n: number) => String.fromCharCode(n & 0xff, n >> 8)],
  ] as const) {
    const map = new ByteMap<number>();
    const keys = Array.from({ length: 2_000 }, (_, n) => Buffer.from(keyOf(n), 'latin1'));
    for (const [n, key] of keys.entries()) map.add(key, 0, key.length, n);
    let read = 0;
    for (const [n, key] of keys.entries()) {
      const counted = new Proxy(key, {
        get: (bytes, at) => {
          read += 1;
          return bytes[Number(at)];
        },
      });
      assert.equal(map.get(counted, 0, key.length)?.value, n);
    }
    const all = keys.length * (keys[0]!.length + 4);
    // Each is read once for its place and once for the comparison with itself, and now and then for one with another.
    assert.ok(read < 3 * all, `${what}: ${read} of ${all}`);
  }
});

test('it behaves like a Map of strings that forgets the entry that was added or renewed longest ago', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      key: fc.string({ maxLength: 3 }).map((key) => key + 'abcdefgh'.slice(0, key.length * 3)),
    }),
    fc.record({ do: fc.constant('delete' as const) }),
    fc.record({ do: fc.constant('renew' as const), which: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const map = new ByteMap<number>();
      const model = new Map<string, number>();
      for (const [index, one] of steps.entries()) {
        const first = model.keys().next().value;
        if (one.do === 'add') {
          const bytes = Buffer.from(one.key);
          assert.equal(map.get(bytes, 0, bytes.length)?.value, model.get(one.key));
          if (model.has(one.key)) continue;
          map.add(bytes, 0, bytes.length, index);
          model.set(one.key, index);
        } else if (one.do === 'renew' && model.size > 0) {
          const [key, value] = [...model][one.which % model.size] as [string, number];
          map.renew(map.get(Buffer.from(key), 0, Buffer.byteLength(key))!);
          model.delete(key);
          model.set(key, value);
        } else if (one.do === 'delete') {
          map.deleteOldest();
          if (first !== undefined) model.delete(first);
        }
        assert.equal(map.size, model.size);
        assert.equal(map.oldest?.value, model.values().next().value);
      }
      for (const [key, value] of model)
        assert.equal(map.get(Buffer.from(key), 0, Buffer.byteLength(key))?.value, value);
    }),
  );
});
