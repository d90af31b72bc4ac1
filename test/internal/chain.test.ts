import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TransformStream } from 'node:stream/web';
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

  it('waits for the work on an item that one read() took, and reminds a listener that reads one item an event', async () => {
    const [head, seen]: [Readable, unknown[]] = [failing(1), []];
    head.on('readable', () => {
      const item: unknown = head.read();
      if (item !== null) seen.push(item);
    });
    const [error] = await once(head, 'error');
    assert.match(String(error), /the end/);
    assert.deepEqual(seen, [0]);
  });

  it('waits while a listener has paused the stream, and not when nobody listens any more', async () => {
    const head = failing(1);
    const errors: unknown[] = [];
    head.on('error', (error) => errors.push(error));
    const pause = (): void => void head.pause();
    head.on('data', pause);
    for (let round = 0; round < 10; round++) await settle();
    assert.equal(errors.length, 0);
    head.off('data', pause);
    await new Promise((resolve) => head.once('close', resolve));
    assert.match(String(errors), /the end/);
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

describe('what is made of a stream', () => {
  for (const [how, derive] of [
    ['map()', (head: Readable) => head.map((item: unknown) => item)],
    ['compose() with a function', (head: Readable) => composed(head, (items: Readable) => items.map((item) => item))],
    ['compose() with a stage', (head: Readable) => composed(head, new PassThrough({ objectMode: true }))],
    ['compose() with a web stream', (head: Readable) => composed(head, new TransformStream())],
  ] as const) {
    it(`by ${how} ends the feed that is silent when it is destroyed`, async () => {
      const head = tracked(new Readable({ objectMode: true, read() {} }));
      const derived = derive(head);
      derived.on('error', () => {});
      derived.resume();
      await settle();
      derived.destroy();
      await new Promise((resolve) => head.once('close', resolve));
    });
  }

  it('by compose() ends by its signal', async () => {
    const aborts = new AbortController();
    const items: unknown[] = [];
    const stage = async function* all(from: AsyncIterable<unknown>) {
      yield* from;
    };
    const head = tracked(new Readable({ objectMode: true, read() {} }));
    head.push(1);
    await assert.rejects(async () => {
      for await (const item of head.compose(stage as never, { signal: aborts.signal }) as unknown as Readable) {
        items.push(item);
        aborts.abort();
      }
    }, /AbortError/);
    assert.deepEqual([items, head.destroyed], [[1], true]);
  });

  it('by a function that fails is destroyed at once', async () => {
    const head = failing();
    await assert.rejects(
      head
        .map(() => {
          throw new Error('of the function');
        })
        .toArray(),
      /of the function/,
    );
    assert.equal(head.destroyed, true);
  });

  it("by compose() of a stage that nothing is piped into is Node's own", async () => {
    const stage = tracked(new PassThrough({ objectMode: true }));
    const whole = composed(stage, new PassThrough({ objectMode: true }));
    stage.end('x');
    assert.deepEqual(await whole.toArray(), ['x']);
  });
});

/** A stream that gives numbers, and then fails after delivery. */
function failing(count = NUMBERS.length): Readable {
  const items = NUMBERS.slice(0, count);
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

function composed(head: Readable, stage: unknown): Readable {
  return head.compose(stage as PassThrough) as unknown as Readable;
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
