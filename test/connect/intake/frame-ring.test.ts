import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameRing } from '../../../lib/connect/intake/frame-ring.js';

const FACTS = { isBinary: false, receivedAt: 1, url: 'ws://127.0.0.1/', connection: 1, gap: undefined };

test('frames come out in the order in which they were put in, before it was cleared and after', () => {
  const ring = new FrameRing();
  for (const count of [3, 40, 3]) {
    const texts = Array.from({ length: count }, (_, n) => `frame ${n} of ${count}`);
    for (const [n, text] of texts.entries()) {
      const bytes = Buffer.from(text);
      ring.push(bytes, 0, bytes.length, FACTS, n);
      ring.settle();
    }
    assert.deepEqual(
      texts.map(() => {
        const { data, sequence } = ring.take();
        return [`${data}`, sequence];
      }),
      texts.map((text, n) => [text, n]),
    );
    assert.equal(ring.isEmpty, true);
    const left = Buffer.from('left');
    ring.push(left, 0, left.length, FACTS, 7);
    ring.clear();
    assert.equal(ring.isEmpty, true);
  }
});
