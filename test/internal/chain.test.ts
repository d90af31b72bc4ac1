import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import through2 from 'through2';
import { failAfterDelivery, flushHeld, stopRun, stopUpstream, trackPipes } from '../../lib/internal/chain.js';
import { collector, gate } from '../support/messages.js';
import { settle } from '../support/resources.js';

const NUMBERS = Array.from({ length: 50 }, (_, n) => n);

describe('failAfterDelivery()', () => {
  for (const [what, between] of [
    ['nothing', () => []],
    ['an own stage', () => [tracked(new PassThrough({ objectMode: true }))]],
    ['a stream of others', () => [through2.obj()]],
    ['two streams of others', () => [through2.obj(), new PassThrough({ objectMode: true })]],
    ['own stages and streams of others', () => [through2.obj(), tracked(through2.obj()), slow(), through2.obj()]],
  ] as const) {
    it(`delivers everything to a slow sink behind ${what}, by pipeline()`, async () => {
      const sink = collector({ turns: 2, highWaterMark: 20 });
      const head = failing();
      await assert.rejects(pipeline([head, ...between(), sink]), /the end/);
      assert.deepEqual(sink.seen, NUMBERS);
    });

    it(`delivers everything to a slow sink behind ${what}, by pipe()`, async () => {
      const sink = collector({ turns: 2, highWaterMark: 20 });
      const head = failing();
      let last: Readable = head;
      for (const stream of [...between(), sink]) last = last.pipe(stream as Duplex);
      const [error] = await once(head, 'error');
      assert.match(String(error), /the end/);
      assert.deepEqual(sink.seen, NUMBERS);
    });
  }

  it('waits for every stream that it is piped into', async () => {
    const head = failing();
    const [fast, slowOne] = [collector(), collector({ turns: 3 })];
    head.pipe(fast);
    head.pipe(slowOne);
    await once(head, 'error');
    assert.deepEqual([fast.seen, slowOne.seen], [NUMBERS, NUMBERS]);
  });

  it('waits for as long as a sink takes', async () => {
    const head = failing();
    const sink = gate();
    const done = assert.rejects(pipeline(head, sink), /the end/);
    for (let round = 0; round < 10; round++) await settle();
    assert.equal(head.destroyed, false);
    sink.open();
    await done;
    assert.deepEqual(sink.seen, NUMBERS);
  });

  it('does not wait for a sink that is destroyed', async () => {
    const head = failing();
    const sink = gate();
    head.pipe(sink);
    await settle();
    sink.destroy();
    head.unpipe(sink);
    head.resume();
    const [error] = await once(head, 'error');
    assert.match(String(error), /the end/);
  });

  it('ends when the stream is destroyed by somebody else, whose error stays', async () => {
    const head = failing();
    const done = pipeline(head, gate());
    await settle();
    head.destroy(new Error('earlier'));
    await assert.rejects(done, /earlier/);
    await settle();
  });

  it('waits for a consumer that reads by itself', async () => {
    const head = failing();
    const seen: unknown[] = [];
    await assert.rejects(async () => {
      for await (const item of head) {
        seen.push(item);
        await settle();
      }
    }, /the end/);
    assert.deepEqual(seen, NUMBERS);
  });

  it('has a stage hand on what it holds', async () => {
    const held: unknown[] = [];
    const stage = tracked(
      new Transform({
        objectMode: true,
        transform(item: unknown, _encoding, callback) {
          held.push(item);
          callback();
        },
      }),
    );
    Object.assign(stage, {
      [flushHeld]() {
        for (const item of held.splice(0)) stage.push(item);
      },
    });
    const sink = collector({ turns: 1 });
    await assert.rejects(pipeline(failing(), through2.obj(), stage, through2.obj(), sink), /the end/);
    assert.deepEqual(sink.seen, NUMBERS);
  });
});

describe('stopUpstream()', () => {
  it('ends the run at the head of the chain, over streams of others too', () => {
    const head = tracked(new PassThrough({ objectMode: true }));
    const causes: string[] = [];
    Object.assign(head, { [stopRun]: (cause: string) => causes.push(cause) });
    const stage = new Writable({ objectMode: true });
    head.pipe(through2.obj()).pipe(through2.obj()).pipe(stage);
    assert.equal(stopUpstream(stage, 'max_messages'), true);
    assert.deepEqual(causes, ['max_messages']);
  });

  it('says when there is no run of this library', () => {
    const stage = new PassThrough();
    assert.equal(stopUpstream(stage, 'max_messages'), false);
    tracked(new PassThrough()).pipe(stage);
    assert.equal(stopUpstream(stage, 'max_messages'), false);
  });
});

describe('trackPipes()', () => {
  it('leaves pipe() as it is: it returns the destination, and passes options on', async () => {
    const [head, sink] = [tracked(Readable.from([1])), collector()];
    assert.equal(head.pipe(sink, { end: false }), sink);
    await once(head, 'end');
    await settle();
    assert.equal(sink.writableEnded, false);
  });
});

/** A stream that gives numbers, and then fails after delivery. */
function failing(): Readable {
  const items = [...NUMBERS];
  const head: Readable = new Readable({
    objectMode: true,
    read() {
      const item = items.shift();
      if (item === undefined) failAfterDelivery(head, new Error('the end'));
      else head.push(item);
    },
  });
  return tracked(head);
}

function tracked<T extends Readable>(stream: T): T {
  trackPipes(stream);
  return stream;
}

function slow(): Duplex {
  return new Transform({
    objectMode: true,
    transform: (item: unknown, _encoding, callback) => void settle().then(() => callback(null, item)),
  });
}
