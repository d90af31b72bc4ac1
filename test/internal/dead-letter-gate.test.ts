import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { DeadLetterGate } from '../../lib/internal/dead-letter-gate.js';
import { collector, gate } from '../support/messages.js';

const CLOSED = /^ConfigError: .*The stream was closed while a stage diverts to it/;
/** Nothing is ever written to it, so that it is not closed either once it is ended. */
const stuck = (): Writable => new Writable({ objectMode: true, highWaterMark: 1, write() {} });
const full = (stream: Writable): Writable => {
  stream.write('x');
  return stream;
};

for (const [what, deadLetter, isFull, expected] of [
  ['has room', collector(), false, 'room'],
  ['is full', full(stuck()), true, 'nothing'],
  ['was ended', stuck().end(), true, 'failure'],
  ['was ended while it was full', full(stuck()).end(), true, 'failure'],
  ['was destroyed', stuck().destroy(), true, 'failure'],
] as const) {
  test(`whoever waits for a dead letter that ${what} hears ${expected === 'nothing' ? 'nothing yet' : `of the ${expected} at once`}`, () => {
    const heard: string[] = [];
    const gate = new DeadLetterGate(deadLetter, new Readable(), (error) => {
      assert.match(String(error), CLOSED);
      heard.push('failure');
    });
    assert.equal(gate.isFull, isFull);
    gate.whenRoom(() => heard.push('room'));
    assert.deepEqual(heard, expected === 'nothing' ? [] : [expected]);
  });
}

test('whoever waits hears of room once, and of nothing once the stage is closed', async () => {
  for (const isClosed of [false, true]) {
    const [deadLetter, stage] = [gate(), new Readable({ read() {} })];
    while (deadLetter.write('x'));
    let rooms = 0;
    const between = new DeadLetterGate(deadLetter, stage, () => assert.fail('it has not failed'));
    between.whenRoom(() => (rooms += 1));
    if (isClosed) await new Promise((resolve) => stage.once('close', resolve).destroy());
    const drained = new Promise((resolve) => deadLetter.once('drain', resolve));
    deadLetter.open();
    await drained;
    deadLetter.emit('drain');
    assert.equal(rooms, isClosed ? 0 : 1);
  }
});
