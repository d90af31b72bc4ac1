import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import {
  ConfigError,
  createSource,
  type DeadLetter,
  InvalidRecordError,
  type JsonSchema,
  type StandardSchema,
  type ValidateOptions,
  validate,
} from '../../lib/index.js';
import { createFakeClock, createFeedServer } from '../../lib/testing/index.js';
import { collector, frameOf, messageOf, messagesOf, recorder } from '../support/messages.js';
import { settle } from '../support/resources.js';

const DRAFT_7 = 'http://json-schema.org/draft-07/schema#';
const PRICE = { type: 'object', required: ['p'], properties: { p: { type: 'number' } } };

const CANNOT_BE_USED = /^The JSON Schema cannot be used: .+\.$/;
const NO_SCHEMA = /^Expected a JSON Schema, as an object\.$/;

describe('validate()', () => {
  for (const [what, schema, good, bad] of [
    ['an object', PRICE, '{"p":1.10}', '{"p":"x"}'],
    ['draft 2020-12 by default', { prefixItems: [{ type: 'string' }], items: false }, '["a"]', '["a",1]'],
    ['draft 2020-12 by name', { $schema: 'https://json-schema.org/draft/2020-12/schema', const: 1 }, '1', '2'],
    [
      'draft-07',
      { $schema: DRAFT_7, items: [{ type: 'string' }], additionalItems: false, type: 'array' },
      '["a"]',
      '["a",1]',
    ],
    ['formats', { type: 'string', format: 'date-time' }, '"2026-01-01T00:00:00Z"', '"yesterday"'],
    [
      'formats of draft-07',
      { $schema: DRAFT_7, type: 'string', format: 'uuid' },
      `"${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}"`,
      '"x"',
    ],
    ['null', { type: 'null' }, 'null', '0'],
    ['the empty schema', {}, '1', undefined],
  ] as const satisfies readonly (readonly [string, JsonSchema, string, string | undefined])[]) {
    it(`holds records against a schema of ${what}`, async () => {
      const { seen, skipped } = await run([good, ...(bad === undefined ? [] : [bad]), good], schema, {
        onError: 'skip',
      });
      assert.deepEqual(seen, [good, good]);
      assert.equal(skipped, bad === undefined ? 0 : 1);
    });
  }

  it('leaves the text as it arrived', async () => {
    const text = '{ "p" : 1.10, "id":12345678901234567890 }';
    assert.deepEqual((await run([text], PRICE)).seen, [text]);
  });

  it('fails after delivering what came before, and tells every problem with its place', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'array', items: { minimum: 3 } } },
      required: ['c'],
    };
    const good = '{"c":1}';
    const { seen, error } = await run([good, good, '{"a":"x","b":[3,1]}', good], schema);
    assert.deepEqual(seen, [good, good]);
    assert.ok(error instanceof InvalidRecordError);
    assert.deepEqual(
      error.problems.toSorted((one, other) => one.instancePath.localeCompare(other.instancePath)),
      [
        { instancePath: '', keyword: 'required', message: "must have required property 'c'" },
        { instancePath: '/a', keyword: 'type', message: 'must be number' },
        { instancePath: '/b/1', keyword: 'minimum', message: 'must be >= 3' },
      ],
    );
    assert.deepEqual([error.sequence, error.connection], [2, 1]);
  });

  it('diverts the record with its cause', async () => {
    const deadLetter = collector();
    const stage = validate(PRICE, { onError: 'divert', deadLetter });
    const sink = collector();
    const facts = { sequence: 4, connection: 2, receivedAt: 5 };
    await pipeline(Readable.from([messageOf('{"p":1}'), messageOf('[1] ', facts)]), stage, sink);
    assert.deepEqual(sink.seen, ['{"p":1}']);
    const [{ error, ...letter }] = deadLetter.seen as [DeadLetter];
    assert.equal(error.code, 'ERR_INVALID_RECORD');
    assert.deepEqual(letter, {
      data: Buffer.from('[1]'),
      offset: undefined,
      url: frameOf('').url,
      ...facts,
    });
    assert.equal(stage.skipped, 1);
  });

  it('warns of what it skips at most once in ten seconds', async () => {
    const clock = createFakeClock();
    const logger = recorder();
    const stage = validate({ type: 'number' }, { onError: 'skip', clock, logger });
    stage.resume();
    for (const wait of [0, 9_999, 1]) {
      await clock.advance(wait);
      stage.write(messageOf('"a"'));
      await settle();
    }
    assert.deepEqual(
      logger.entries.map(({ facts }) => facts['count']),
      [1, 2],
    );
    stage.destroy();
  });

  it('takes two schemas with the same $id', async () => {
    const $id = 'https://example.com/record';
    const numbers = validate({ $id, type: 'number' }, { onError: 'skip' });
    const texts = validate({ $id, type: 'string' }, { onError: 'skip' });
    const sink = collector();
    await pipeline(Readable.from(messagesOf('1', '"a"')), numbers, texts, sink);
    assert.deepEqual(sink.seen, []);
    assert.deepEqual([numbers.skipped, texts.skipped], [1, 1]);
  });

  it('gives bigints to the schema as integers, when they are asked for', async () => {
    const sink = collector();
    const message = messageOf('{"id":12345678901234567890}', {}, { bigIntegers: 'string' });
    await pipeline(Readable.from([message]), validate({ properties: { id: { type: 'string' } } }), sink);
    assert.equal(sink.seen.length, 1);
  });

  it("takes a schema of zod's, and tells every issue with its place", async () => {
    const schema = z.object({ 'a/b~': z.array(z.number()), n: z.string() });
    const good = '{ "a/b~": [1.0], "n": "x" }';
    const { seen, error } = await run([good, '{"a/b~":[1,"2"]}', good], schema);
    assert.deepEqual(seen, [good]);
    assert.ok(error instanceof InvalidRecordError);
    assert.deepEqual(
      error.problems.map(({ instancePath, keyword }) => [instancePath, keyword]),
      [
        ['/a~1b~0/1', 'zod'],
        ['/n', 'zod'],
      ],
    );
    assert.match(error.message, /\/a~1b~0\/1 Invalid input: expected number, received string; \/n Invalid input/);
  });

  it('waits for an asynchronous schema, in the order of the records', async () => {
    const schema = z.number().refine(async (n) => (await nextTurn(n)) !== 2);
    const { seen, skipped } = await run(['1', '2', '3', '"4"'], schema, { onError: 'skip' });
    assert.deepEqual([seen, skipped], [['1', '3'], 2]);
  });

  it('lets records go on as they arrived, whatever a schema makes of them', async () => {
    const schema = z.object({ n: z.coerce.number(), d: z.string().default('x') });
    const sink = collector();
    const stage = validate(schema);
    const values: unknown[] = [];
    stage.on('data', (message) => values.push(message.value));
    await pipeline(Readable.from(messagesOf('{"n": "1.10", "more": 1}')), stage, sink);
    assert.deepEqual(sink.seen, ['{"n": "1.10", "more": 1}']);
    assert.deepEqual(values, [{ n: '1.10', more: 1 }]);
  });

  it('goes into createSource(), where it does the same', async () => {
    await using server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(['1', '"2"', '3']);
        await client.close(1000);
      },
    });
    const stages = [validate(z.number(), { onError: 'skip' })];
    const source = createSource({ url: server.url, unbounded: true }, { stages });
    assert.deepEqual(await source.fetchAll(), [1, 3]);
    assert.deepEqual([source.stats.skipped, source.stats.filtered], [1, 0]);
  });

  for (const [what, result, message] of [
    ['throws', () => assert.fail('mine'), /validate\.schema: The function failed: mine/],
    ['rejects', () => Promise.reject(new Error('mine')), /validate\.schema: The function failed: mine/],
    [
      'finds nothing that is a result',
      () => null as never,
      /The function returned null\. Return an object with `issues`/,
    ],
    ['finds issues that are none', () => ({ issues: 'x' }) as never, /The function returned an object\. Return/],
  ] as const) {
    it(`fails with ERR_CONFIG when a schema ${what}`, async () => {
      const wrong: StandardSchema = { '~standard': { version: 1, vendor: 'mine', validate: result } };
      const { seen, error } = await run(['1'], wrong, { onError: 'skip' });
      assert.deepEqual(seen, []);
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
    });
  }

  for (const [what, schema, message] of [
    ['a type that does not exist', { type: 'nmber' }, CANNOT_BE_USED],
    ['a keyword that does not exist', { type: 'number', minimun: 3 }, CANNOT_BE_USED],
    ['a reference to nowhere', { $ref: '#/$defs/nothing' }, CANNOT_BE_USED],
    ['an unknown format', { type: 'string', format: 'postcode' }, CANNOT_BE_USED],
    ['a draft that is not known', { $schema: 'http://json-schema.org/draft-04/schema#' }, CANNOT_BE_USED],
    ['one that answers later', { $async: true }, /^An asynchronous schema \(`\$async`\) cannot be used\.$/],
    ['a text', '{}', NO_SCHEMA],
    ['nothing', undefined, NO_SCHEMA],
    ['an array', [], NO_SCHEMA],
    ['null', null, NO_SCHEMA],
  ] as const) {
    it(`refuses ${what} for a schema, when it is made`, () => {
      assert.throws(
        () => validate(schema as never),
        (error) => {
          assert.ok(error instanceof ConfigError);
          const [{ path, message: told }] = error.problems as [ConfigError['problems'][number]];
          assert.equal(path, 'validate.schema');
          assert.match(told, message);
          return true;
        },
      );
    });
  }

  for (const [what, options, path] of [
    ['an unknown option', { onEror: 'skip' }, 'validate.onEror'],
    ["'divert' without a dead letter", { onError: 'divert' }, 'validate.deadLetter'],
    ["a dead letter without 'divert'", { deadLetter: collector() }, 'validate.deadLetter'],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => validate({}, options as never),
        (error) => error instanceof ConfigError && error.problems[0]?.path === path,
      );
    });
  }

  it('fails with ERR_CONFIG when it is given frames', async () => {
    const done = pipeline(Readable.from([frameOf('1')]), validate({}), collector());
    await assert.rejects(done, { code: 'ERR_CONFIG', message: /validate: Expected messages/ });
  });
});

async function run(texts: string[], schema: JsonSchema | StandardSchema, options: ValidateOptions = {}) {
  const stage = validate(schema as StandardSchema, options);
  const sink = collector({ turns: 1 });
  const error = await pipeline(Readable.from(messagesOf(...texts)), stage, sink).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { seen: sink.seen, error, skipped: stage.skipped };
}
