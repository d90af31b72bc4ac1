import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slots } from '../../lib/rate/slots.js';
import { messageOf } from '../support/messages.js';

test('the first is due before all others, whatever becomes due later, and what is held is counted', () => {
  const time = fc.nat({ max: 20 });
  const deed = fc.oneof(
    fc.record({ what: fc.constant('add' as const), at: time }),
    fc.record({ what: fc.constantFrom('later' as const, 'hold' as const, 'release' as const), at: time, of: fc.nat() }),
    fc.record({ what: fc.constant('forget' as const) }),
  );
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const slots = new Slots();
      /** When each key is due, and what it holds, the newest last. */
      const due = new Map<number, number>();
      const held = new Map<number, string>();
      let keys = 0;
      for (const each of deeds) {
        if (each.what === 'add') {
          due.set(keys, each.at);
          assert.equal(slots.add(keys, each.at, each.at), slots.get(keys));
          keys += 1;
        } else if (each.what === 'forget') {
          const first = slots.first();
          if (first === undefined) continue;
          slots.release(first);
          slots.forgetFirst();
          const key = first.key as number;
          assert.equal(due.get(key), Math.min(...due.values()));
          due.delete(key);
          held.delete(key);
          assert.equal(slots.get(key), undefined);
        } else if (due.size > 0) {
          const key = [...due.keys()][each.of % due.size]!;
          const slot = slots.get(key)!;
          if (each.what === 'later') {
            slot.dueAt += each.at;
            due.set(key, slot.dueAt);
          } else if (each.what === 'hold') {
            const text = JSON.stringify('x'.repeat(each.at));
            slots.hold(slot, messageOf(text));
            held.delete(key);
            held.set(key, text);
          } else {
            assert.equal(slots.release(slot)?.text.toString(), held.get(key));
            held.delete(key);
          }
        }
        const soonest = due.size === 0 ? undefined : Math.min(...due.values());
        assert.ok(slots.nextAt === undefined ? soonest === undefined : slots.nextAt <= soonest!);
        assert.equal(slots.first()?.dueAt, soonest);
        assert.equal(slots.nextAt, soonest);
        assert.deepEqual(
          [slots.size, slots.held, slots.bytes],
          [due.size, held.size, [...held.values()].join('').length],
        );
        assert.deepEqual(
          slots.inOrder().map(({ held: message }) => message!.text.toString()),
          [...held.values()],
        );
      }
      slots.clear();
      assert.deepEqual([slots.size, slots.held, slots.bytes, slots.first()], [0, 0, 0, undefined]);
    }),
  );
});
