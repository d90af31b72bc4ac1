import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { GapRecorder } from '../../lib/connect/intake/gap-recorder.js';
import type { Gap } from '../../lib/frame/gap.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { pagesOf } from '../sink/pages.js';
import { messageOf } from '../support/messages.js';

describe('console.log() shows', () => {
  it('the text and the frame of a message, clipped, and builds no value', () => {
    const message = messageOf('{"price":1.10}', { sequence: 6 });
    const shown = inspect(message);
    assert.match(shown, /^Message \{\n {2}text: '\{"price":1\.10\}',\n {2}frame: \{/);
    assert.match(shown, /sequence: 6/);
    assert.doesNotMatch(shown, /<Buffer|cached|bigIntegers/);
    assert.match(inspect(messageOf(`"${'x'.repeat(1_000)}"`)), /x{199}… \(1002 bytes\)'/);
  });

  it('how much a page holds, and its first record', () => {
    const shown = inspect(pagesOf(['{"n":1}', '{"n":2}'])[0]);
    assert.match(shown, /^Page \{\n {2}length: 2,\n {2}records: 2,\n {2}bytes: 16,\n {2}first: \{/);
    assert.match(shown, /text: '\{"n":1\}'/);
    assert.doesNotMatch(shown, /<Buffer/);
  });

  it('what is known of a gap, with its times in words; it stays a plain object', () => {
    const clock = createFakeClock();
    const gaps: Gap[] = [];
    const recorder = new GapRecorder(clock, 'trades', (gap) => gaps.push(gap));
    const from = { at: Date.UTC(2026, 0, 1), monotonic: 0 };
    recorder.add({ cause: 'sequence', connection: 1, from, to: from, afterSequence: 1, beforeSequence: 3, missing: 1 });
    const shown = inspect(gaps[0]);
    assert.match(shown, /^Gap \{\n {2}dropped: 0,\n {2}missing: 1,\n {2}cause: 'sequence',/);
    assert.match(shown, /from: '2026-01-01T00:00:00\.000Z'/);
    assert.doesNotMatch(shown, /undefined|monotonic/);
    assert.deepEqual(gaps[0], { ...gaps[0] });
  });
});
