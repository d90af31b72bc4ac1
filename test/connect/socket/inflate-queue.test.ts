import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import { InflateQueue } from '../../../lib/connect/socket/inflate-queue.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';

test('frames are inflated in order, each when there is room for it', () => {
  const { queue, taken, add } = waiting();
  add('1', '2');
  assert.deepEqual([taken, queue.isOpen, queue.isWaiting], [['1', '2'], true, false]);
  queue.pause();
  add('3', '4', '5');
  assert.deepEqual([taken.length, queue.isOpen, queue.isWaiting], [2, false, true]);
  queue.resume();
  assert.deepEqual([taken, queue.isOpen, queue.isWaiting], [['1', '2', '3', '4', '5'], true, false]);
});

test('a frame may fill who takes it: the rest waits, and what comes waits behind it', () => {
  const { queue, taken, add } = waiting((text) => text === '2');
  queue.pause();
  add('1', '2', '3');
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2'], true]);
  add('4');
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2', '3', '4'], false]);
});

test('at the end of a run all that waits is taken, whether there is room or not', () => {
  const { queue, taken, add } = waiting(() => true);
  queue.pause();
  add('1', '2', '3');
  queue.inflateRest();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2', '3'], false]);
});

test('where one cannot be inflated, or nobody takes any more, what waits is dropped', () => {
  const failing = waiting();
  failing.queue.pause();
  failing.add('1', 'bad', '3');
  failing.queue.resume();
  assert.deepEqual([failing.taken, failing.queue.isWaiting], [['1'], false]);
  const cleared = waiting((text) => {
    if (text === '2') cleared.queue.clear();
    return false;
  });
  cleared.queue.pause();
  cleared.add('1', '2', '3');
  cleared.queue.resume();
  assert.deepEqual([cleared.taken, cleared.queue.isWaiting], [['1', '2'], false]);
});

test('what a frame was is known when it is inflated, and when it is handed on', () => {
  const told: unknown[] = [];
  const queue = new InflateQueue({
    inflate: (data, isBinary, isDeflated) => {
      told.push(['inflate', data.toString(), isBinary, isDeflated]);
      return Buffer.from(`${data}!`);
    },
    onFrame: (data, isBinary) => told.push(['frame', data.toString(), isBinary]),
  });
  queue.add(Buffer.from('a'), true, false);
  queue.pause();
  queue.add(Buffer.from('b'), false, true);
  queue.resume();
  assert.deepEqual(told, [
    ['inflate', 'a', true, false],
    ['frame', 'a!', true],
    ['inflate', 'b', false, true],
    ['frame', 'b!', false],
  ]);
});

test('frames that wait in one piece are cut out of it one by one, each when there is room for it', () => {
  const { queue, taken } = waiting((text) => text === '2' || text === 'c3');
  queue.pause();
  queue.addPiece(Buffer.concat([plain('1'), plain('2'), deflated('c3'), binary('4')]));
  queue.add(Buffer.from('5'), false, false);
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2'], true]);
  queue.addPiece(plain('6'));
  queue.resume();
  assert.deepEqual([taken.slice(2), queue.isWaiting], [['c3'], true]);
  queue.resume();
  assert.deepEqual([taken.slice(3), queue.isWaiting, queue.isOpen], [['4', '5', '6'], false, true]);
});

test('frames of a piece are taken many at once, and the one that is not accepted by itself', () => {
  const { queue, told, runs } = piecewise({ accepts: (text) => text !== 'odd' });
  queue.pause();
  queue.addPiece(Buffer.concat([plain('1'), plain('2'), plain('odd'), plain('3'), binary('4'), plain('5')]));
  queue.resume();
  assert.deepEqual(told, ['1', '2', 'one odd', '3', '4', '5']);
  // Behind the second one, it is offered once more by itself.
  assert.equal(runs(), 5);
  assert.equal(queue.isWaiting, false);
});

test('compressed frames of a piece are inflated many at once, and what there is no room for waits before the rest', () => {
  const { queue, told } = piecewise({
    atOnce: 2,
    accepts: (text) => text !== '2' || told.length > 1,
    pausedBy: 'one 2',
  });
  queue.pause();
  queue.addPiece(Buffer.concat(['1', '2', '3', '4'].map(deflated)));
  queue.resume();
  queue.addPiece(deflated('5'));
  assert.deepEqual(told, ['1', 'one 2']);
  queue.resume();
  assert.deepEqual(told, ['1', 'one 2', '3', '4', '5']);
  assert.equal(queue.isWaiting, false);
});

test('who takes a frame may ask for more at once: none comes twice, or out of its order', () => {
  const taken: string[] = [];
  const queue = new InflateQueue({
    inflate: (data) => data,
    onFrame: (data) => {
      taken.push(data.toString());
      if (taken.length === 2) {
        queue.pause();
        queue.resume();
      }
    },
  });
  queue.pause();
  queue.addPiece(Buffer.concat(['1', '2', '3'].map(plain)));
  queue.add(Buffer.from('4'), false, false);
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2', '3', '4'], false]);
});

test('what is left of a piece is dropped where nobody takes any more', () => {
  const { queue, taken } = waiting((text) => {
    if (text === '2') queue.clear();
    return false;
  });
  queue.pause();
  queue.addPiece(Buffer.concat(['1', '2', '3'].map(plain)));
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2'], false]);
});

function plain(payload: string): Buffer {
  return Buffer.from(encodeFrame({ opcode: OPCODES.text, payload }));
}

function binary(payload: string): Buffer {
  return Buffer.from(encodeFrame({ opcode: OPCODES.binary, payload }));
}

function deflated(payload: string): Buffer {
  return Buffer.from(encodeFrame({ opcode: OPCODES.text, payload, rsv1: true }));
}

/** A queue before somebody who takes many frames at once; that inflates so many at once, of which each is its own text. */
function piecewise({
  accepts,
  atOnce = 1,
  pausedBy,
}: {
  accepts(text: string): boolean;
  atOnce?: number;
  pausedBy?: string;
}) {
  const told: string[] = [];
  let runs = 0;
  const tell = (what: string): void => {
    told.push(what);
    if (what === pausedBy) queue.pause();
  };
  const queue = new InflateQueue({
    inflate: (data) => data,
    onFrame: (data) => tell(`one ${data}`),
    onRun: (run: FrameRun) => {
      runs += 1;
      for (; run.next(); run.accept()) {
        const text = run.chunk.toString('utf8', run.start, run.end);
        if (!accepts(text)) break;
        tell(text);
      }
    },
    inflateRun: (bytes, offset) => {
      let next = offset;
      const frames: Uint8Array[] = [];
      for (; next < bytes.length && frames.length < atOnce; next += 3)
        frames.push(plain(`${bytes.subarray(next + 2, next + 3)}`));
      return { frames: Buffer.concat(frames), next };
    },
  });
  return { queue, told, runs: () => runs };
}

/** A queue, and what it hands on; it is paused by the frames that fill who takes them. */
function waiting(fills: (text: string) => boolean = () => false) {
  const taken: string[] = [];
  const queue = new InflateQueue({
    inflate: (data) => (data.toString() === 'bad' ? undefined : data),
    onFrame: (data) => {
      taken.push(data.toString());
      if (fills(data.toString())) queue.pause();
    },
  });
  const add = (...texts: string[]): void => {
    for (const text of texts) queue.add(Buffer.from(text), false, false);
  };
  return { queue, taken, add };
}
