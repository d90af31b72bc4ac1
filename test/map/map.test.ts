import assert from 'node:assert/strict';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { ConfigError, filter, type Message, map } from '../../lib/index.js';
import { pagesOf } from '../sink/pages.js';
import { collector, frameOf, messageOf, messagesOf } from '../support/messages.js';

/** What a function may give of a value, and what that stands for. */
const WAYS_TO_GIVE = [
  ['the value', (_message: Message, value: unknown) => value],
  ['the value', (_message: Message, value: unknown) => Promise.resolve(value)],
  ['the value', (message: Message, value: unknown) => message.withValue(value)],
  ['the value', async (message: Message, value: unknown) => message.withValue(value)],
  ['itself', (message: Message) => message],
] as const;
const NUMBERS = Array.from({ length: 100 }, (_, n) => `${n}`);

describe('map()', () => {
  for (const [how, change] of [
    ['returns', (message: Message) => [message.value]],
    ['resolves to', async (message: Message) => [message.value]],
    [
      'resolves to at its own pace',
      async (message: Message) => {
        for (let turn = 3 - (message.frame.sequence % 3); turn > 0; turn--) await nextTurn();
        return [message.value];
      },
    ],
  ] as const) {
    it(`stores what its function ${how}, in order`, async () => {
      const sink = collector();
      await pipeline(Readable.from(messagesOf(...NUMBERS)), map(change), sink);
      assert.deepEqual(
        sink.seen,
        NUMBERS.map((text) => `[${text}]`),
      );
    });
  }

  for (const [value, text] of [
    [null, 'null'],
    [0, '0'],
    ['a\n"', '"a\\n\\""'],
    [{ id: 12345678901234567890n, b: [1n] }, '{"id":12345678901234567890,"b":[1]}'],
    [5n, '5'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ] as const) {
    it(`writes ${text} anew, and carries the frame on`, async () => {
      const stage = map(() => value);
      const [message] = (await Readable.from([messageOf('{"a":1}', { sequence: 6 })])
        .compose(stage)
        .toArray()) as Message[];
      assert.equal(message?.text.toString(), text);
      assert.equal(message?.frame.sequence, 6);
    });
  }

  for (const [what, change, expected] of [
    [
      'returns undefined',
      () => undefined,
      /returned undefined\. Return the new value, or a message; to drop records, use filter\(\)/,
    ],
    ['returns nothing', async () => {}, /returned undefined/],
    ['returns a function', () => () => {}, /JSON cannot hold/],
    [
      'returns what contains itself',
      () => {
        const self: Record<string, unknown> = {};
        self['self'] = self;
        return self;
      },
      /JSON cannot hold.*contains itself/,
    ],
  ] as const) {
    it(`fails with ERR_CONFIG when its function ${what}, after what came before`, async () => {
      const sink = collector({ turns: 1 });
      const stage = map((message) => (message.value === 50 ? change() : message.value));
      await assert.rejects(pipeline(Readable.from(messagesOf(...NUMBERS)), stage, sink), {
        code: 'ERR_CONFIG',
        message: expected,
      });
      assert.deepEqual(sink.seen, NUMBERS.slice(0, 50));
    });
  }

  it('stores the same whether its function gives a value, or the message with it', async () => {
    const given = fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.constantFrom(...WAYS_TO_GIVE));
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 1 }), async (records) => {
        const sink = collector();
        const messages = records.map(([arrived], sequence) => messageOf(` ${JSON.stringify(arrived)}\n`, { sequence }));
        const stage = map((message) => {
          const [, value, [, give]] = records[message.frame.sequence] as (typeof records)[number];
          return give(message, value);
        });
        await pipeline(Readable.from(messages), stage, sink);
        const expected = records.map(([arrived, value, [is]]) => JSON.stringify(is === 'itself' ? arrived : value));
        assert.deepEqual(sink.seen, expected);
      }),
    );
  });

  it('refuses what JSON would not write as it is, however it is given, and says what to return', async () => {
    const junk = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.oneof(fc.uint8Array(), fc.float32Array(), fc.bigInt64Array()),
      fc.uint8Array().map(({ buffer }) => buffer),
      fc
        .constantFrom<() => unknown>(
          ...[() => {}, async () => {}, () => new Map([[1, 2]]), () => new Set([1]), () => new Error('x'), () => /x/],
          ...[() => Symbol('x'), () => () => 1, () => [1, Promise.resolve(1)], () => ({ price: Promise.resolve(1) })],
          ...[
            () => ({ bytes: Buffer.from('1\n'), ends: [1] }),
            () => pagesOf(['1'])[0],
            () => ({ toJSON: () => undefined }),
          ],
        )
        .map((make) => make()),
    );
    await fc.assert(
      fc.asyncProperty(junk, fc.constantFrom(0, 1, 2), async (value, how) => {
        const stage = map((message) =>
          how === 0 ? value : how === 1 ? Promise.resolve(value) : message.withValue(value),
        );
        stage.end(messageOf('1'));
        const error = await stage.toArray().catch((reason: unknown) => reason);
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^map: The function .+\. (Give|Return|Await|`cause`) .+\.$/);
      }),
    );
  });

  it('has messages inside of a value stand for their values', async () => {
    const sink = collector();
    await pipeline(
      Readable.from(messagesOf('{"a":1}')),
      map((message) => ({ was: message })),
      sink,
    );
    assert.deepEqual(sink.seen, ['{"was":{"a":1}}']);
  });

  it('has what a toJSON() throws as the cause of its error', async () => {
    const toJSON = (): never => {
      throw new RangeError('mine');
    };
    await assert.rejects(
      pipeline(
        Readable.from(messagesOf('1')),
        map(() => ({ toJSON })),
        collector(),
      ),
      isCausedByRangeError,
    );
  });
});

describe('filter()', () => {
  for (const [how, keep] of [
    ['returns something truthy', (message: Message) => (message.value as number) % 3 === 0],
    ['resolves to something truthy', async (message: Message) => ((message.value as number) % 3 === 0 ? 'yes' : 0)],
  ] as const) {
    it(`lets through the records for which its function ${how}, untouched`, async () => {
      const sink = collector();
      const messages = messagesOf(...NUMBERS);
      await pipeline(Readable.from(messages), filter(keep), sink);
      assert.deepEqual(
        sink.seen,
        NUMBERS.filter((text) => Number(text) % 3 === 0),
      );
    });
  }

  it('keeps the bytes that arrived', async () => {
    const sink = collector();
    const stage = filter((message) => message.value !== null);
    await pipeline(Readable.from(messagesOf('{ "a" : 1.10 }', 'null')), stage, sink);
    assert.deepEqual(sink.seen, ['{ "a" : 1.10 }']);
  });
});

for (const [name, stageOf] of [
  ['map()', map],
  ['filter()', filter],
] as readonly [string, (work: (message: Message) => unknown) => Transform][]) {
  for (const [how, work] of [
    [
      'throws',
      () => {
        throw new RangeError('mine');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('mine'))],
  ] as const) {
    it(`${name} ends the run when its function ${how}, after what came before, and the error has the cause`, async () => {
      const sink = collector({ turns: 1 });
      const stage = stageOf((message) => (message.value === 50 ? work() : 1));
      await assert.rejects(pipeline(Readable.from(messagesOf(...NUMBERS)), stage, sink), isCausedByRangeError);
      assert.equal(sink.seen.length, 50);
    });
  }

  it(`${name} ends when its function rejects without a reason`, async () => {
    const stage = stageOf(() => Promise.reject(undefined));
    await assert.rejects(pipeline(Readable.from(messagesOf('1')), stage, collector()), { code: 'ERR_CONFIG' });
  });

  it(`${name} fails with ERR_CONFIG when it is given frames`, async () => {
    const done = pipeline(
      Readable.from([frameOf('1')]),
      stageOf(() => true),
      collector(),
    );
    await assert.rejects(done, { code: 'ERR_CONFIG', message: new RegExp(`${name.slice(0, -2)}: Expected messages`) });
  });

  it(`${name} without a function is refused`, () => {
    assert.throws(() => stageOf({} as never), ConfigError);
  });
}

function isCausedByRangeError(error: unknown): boolean {
  assert.ok(error instanceof ConfigError);
  assert.match(error.message, /^(map|filter): The function failed: mine\. `cause` is what it failed with\.$/);
  return error.cause instanceof RangeError;
}
