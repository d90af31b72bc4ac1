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

test('it behaves like a Map of strings that forgets its oldest entry', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      key: fc.string({ maxLength: 3 }).map((key) => key + 'abcdefgh'.slice(0, key.length * 3)),
    }),
    fc.record({ do: fc.constantFrom('delete' as const, 'keep' as const) }),
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
        } else if (first !== undefined) {
          const value = model.get(first) as number;
          model.delete(first);
          if (one.do === 'keep') model.set(first, value);
          if (one.do === 'keep') map.keepOldest();
          else map.deleteOldest();
        } else if (one.do === 'keep') map.keepOldest();
        else map.deleteOldest();
        assert.equal(map.size, model.size);
        assert.equal(map.oldest?.value, model.values().next().value);
      }
      for (const [key, value] of model)
        assert.equal(map.get(Buffer.from(key), 0, Buffer.byteLength(key))?.value, value);
    }),
  );
});
