import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigError, filter, type Message, map } from '../../lib/index.js';
import { collector, frameOf, messageOf, messagesOf } from '../support/messages.js';

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
      /returned undefined\. Return the new value; to drop records, use filter\(\)/,
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
] as const) {
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
