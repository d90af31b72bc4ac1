import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlFrames } from '../../../lib/connect/session/control-frames.js';

const HEARTBEAT = { intervalMs: 1_000, message: 'ping' };
const BEAT = { ...HEARTBEAT, expect: { path: 'pong' } };
const REPLY = { match: { path: 'ping' }, send: 'pong' };

// A frame that is not looked at costs nothing: of most feeds that is so once they are subscribed to.
for (const [what, heartbeat, replies, isAlways] of [
  ['nothing', undefined, [], false],
  ['a heartbeat without an answer', HEARTBEAT, [], false],
  ['a heartbeat with an answer', BEAT, [], true],
  ['a reply', undefined, [REPLY], true],
  ['both', BEAT, [REPLY], true],
] as const) {
  test(`with ${what} frames are looked at ${isAlways ? 'all the time' : 'while a subscribe step waits for its answer'}`, () => {
    const control = new ControlFrames(heartbeat, replies, {
      isAnswer: () => false,
      isBeatOwed: () => false,
      onBeaten() {},
      onAsked() {},
    });
    assert.equal(control.isNeeded, isAlways);
    for (const isExpected of [true, false, true, false]) {
      control.expectAnswer(isExpected);
      assert.equal(control.isNeeded, isExpected || isAlways);
    }
  });
}
