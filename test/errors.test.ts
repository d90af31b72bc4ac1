import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AuthError,
  ConfigError,
  ConnectError,
  DisconnectedError,
  ERROR_CLASSES,
  ERROR_CODES,
  type ErrorCode,
  InputError,
  InvalidRecordError,
  isSpillwayError,
  MergeError,
  MessageTooLargeError,
  optionError,
  ParseError,
  ReconnectExhaustedError,
  SinkError,
  SpillwayError,
  SpoolError,
  StateError,
  SubscribeError,
  TransformError,
} from '../lib/errors.js';

const url = 'wss://example.com/feed';
const cause = new Error('the cause');
const LONG = 'x'.repeat(10_000);

/** One of each, with facts of the usual size and with facts that are far too long. */
const EXAMPLES: { readonly [Code in ErrorCode]: (text: string) => InstanceType<(typeof ERROR_CLASSES)[Code]> } = {
  ERR_CONFIG: () => new ConfigError([{ path: 'url', message: 'Expected an address.' }], { cause }),
  ERR_AUTH: (text) => new AuthError(`The credentials were refused: ${text.slice(0, 100)}.`, { status: 401, cause }),
  ERR_CONNECT: (text) =>
    new ConnectError(`No connection came about: ${text.slice(0, 100)}.`, { url, status: 503, retryAfter: '7', cause }),
  ERR_DISCONNECTED: (reason) =>
    new DisconnectedError({ url, closeCode: 1011, reason, frames: 7, cause: new Error(reason) }),
  ERR_RECONNECT_EXHAUSTED: (text) => new ReconnectExhaustedError({ url, attempts: 3, cause: new Error(text) }),
  ERR_SUBSCRIBE: (answer) => new SubscribeError({ what: 'Step 2 of `subscribe`', reason: 'rejected', url, answer }),
  ERR_MESSAGE_TOO_LARGE: () => new MessageTooLargeError({ url, limit: 7, cause }),
  ERR_PARSE: (text) => {
    const excerpt = text === 'why' || text === '' ? '[1,}' : text.slice(0, 60);
    return new ParseError({ reason: 'expected a value', offset: 3, sequence: 1, connection: 2, excerpt });
  },
  ERR_INVALID_RECORD: (text) =>
    new InvalidRecordError({
      problems: Array.from({ length: text === LONG ? 1_000 : 2 }, () => ({
        instancePath: `/${text}`,
        keyword: 'type',
        message: 'must be number',
      })),
      sequence: 1,
      connection: 2,
    }),
  ERR_TRANSFORM: (reason) => new TransformError({ transform: 'explode', reason, sequence: 1, connection: 2 }),
  ERR_MERGE: (text) => new MergeError({ input: 1, cause: new Error(text) }),
  ERR_SINK: (text) =>
    new SinkError(`The file cannot be written: ${text.slice(0, 100)}.`, {
      target: 'out.jsonl',
      recordsWritten: 7,
      cause,
    }),
  ERR_SPOOL: (text) => new SpoolError(`Cannot use the spool: ${text.slice(0, 100)}.`, { path: 'spool/trades' }),
  ERR_STATE: (text) => new StateError(`Cannot use the state: ${text.slice(0, 100)}.`, { path: 'state/trades' }),
  ERR_INPUT: (text) =>
    new InputError(`The line is not JSON: ${text.slice(0, 100)}.`, { file: 'a.jsonl', reason: 'invalid', line: 2 }),
};

describe('the list of errors', () => {
  it('has a class for every code, and no other', () => {
    assert.deepEqual(Object.keys(ERROR_CLASSES), Object.keys(ERROR_CODES));
    assert.equal(new Set(Object.values(ERROR_CLASSES)).size, Object.keys(ERROR_CODES).length);
  });

  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const error = EXAMPLES[code]('why');

    it(`${code} is carried by its class alone, which has its name and is a SpillwayError`, () => {
      assert.equal(error.constructor, ERROR_CLASSES[code]);
      assert.ok(error instanceof SpillwayError && error instanceof Error);
      assert.equal(error.code, code);
      assert.equal(error.name, ERROR_CLASSES[code].name);
      assert.equal(error.docs, `docs/errors.md#${code.toLowerCase()}`);
      assert.match(String(error), new RegExp(`^${error.name}: `));
    });

    it(`${code} is explained in whole sentences, by the list and by the error`, () => {
      assert.match(ERROR_CODES[code], /^[A-Z`].*\.$/s);
      assert.match(error.message, /^(url: )?[A-Za-z].*\.$/s);
      assert.doesNotMatch(error.message, /\.\.|undefined|\[object/);
    });

    it(`${code} has a short message, whatever was sent`, () => {
      const { message } = EXAMPLES[code](LONG);
      assert.ok(message.length < 1_000, `${message.length} characters`);
      assert.match(message, /\.$/);
    });
  }

  it('is told from other errors', () => {
    for (const example of Object.values(EXAMPLES)) assert.ok(isSpillwayError(example('why')));
    for (const other of [new Error('x'), { code: 'ERR_CONFIG' }, null, undefined]) assert.ok(!isSpillwayError(other));
  });

  it('carries the cause', () => {
    for (const code of ['ERR_CONFIG', 'ERR_AUTH', 'ERR_CONNECT', 'ERR_MESSAGE_TOO_LARGE', 'ERR_SINK'] as const) {
      assert.equal(EXAMPLES[code]('').cause, cause);
    }
  });
});

describe('the message of an error', () => {
  const hostile = 'a\x1b[2J\x9b\u202e\u2028\u200b\u{e0041}\r\nspillway: forged\n';

  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    it(`of ${code} is one line that steers nothing, whatever others said`, () => {
      assert.doesNotMatch(EXAMPLES[code](hostile).message, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    });
  }

  it('of a configuration has a line for each problem, and no other', () => {
    const problems = [1, 2].map(() => ({ path: hostile, message: hostile }));
    const { message } = new ConfigError(problems, { file: hostile });
    assert.equal(message.split('\n').length, 2);
    assert.doesNotMatch(message, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('leaves its facts as they were said', () => {
    const error = new DisconnectedError({ url, closeCode: 4001, reason: hostile, frames: 0 });
    assert.equal(error.reason, hostile);
  });
});

describe('ConfigError', () => {
  it('tells every problem on a line of its own, with file, line and column', () => {
    const problems = [
      { path: 'pipeline.source.config.url', message: 'Expected an address.', line: 3, column: 7 },
      { path: '', message: 'Expected an object.' },
    ];
    const error = new ConfigError(problems, { file: 'feed.yaml' });
    assert.equal(
      error.message,
      'feed.yaml:3:7: pipeline.source.config.url: Expected an address.\nfeed.yaml: Expected an object.',
    );
    assert.deepEqual([error.file, error.problems], ['feed.yaml', problems]);
    assert.equal(new ConfigError(problems).message.split('\n')[1], 'Expected an object.');
  });

  it('is made of one problem by optionError()', () => {
    const error = optionError('batch.size', 'Expected a number.', cause);
    assert.equal(error.message, 'batch.size: Expected a number.');
    assert.deepEqual(error.problems, [{ path: 'batch.size', message: 'Expected a number.' }]);
    assert.equal(error.cause, cause);
  });
});

describe('DisconnectedError', () => {
  it('tells a lost connection from a closed one', () => {
    const lost = new DisconnectedError({ url, closeCode: 1006, reason: '', frames: 1, cause });
    assert.match(lost.message, /lost without a close frame: .+, code 1006, after 1 frame: the cause\. Set `reconnect/);
    const closed = new DisconnectedError({ url, closeCode: 1012, reason: 'a "restart"', frames: 0 });
    assert.match(
      closed.message,
      /The server closed the connection: .+, code 1012 \("a \\"restart\\""\), after 0 frames\. Set `reconnect: true` to/,
    );
    const again = new DisconnectedError({ url, closeCode: 1012, reason: '', frames: 0, reconnects: true });
    assert.match(again.message, /after 0 frames\.$/);
  });
});

describe('ParseError', () => {
  it('has its facts as properties', () => {
    const error = EXAMPLES.ERR_PARSE('');
    assert.deepEqual(
      { ...error },
      {
        code: 'ERR_PARSE',
        reason: 'expected a value',
        offset: 3,
        sequence: 1,
        connection: 2,
        excerpt: '[1,}',
        hint: undefined,
      },
    );
    assert.match(error.message, /Frame 1 of connection 2 .+: expected a value at byte 3, near "\[1,\}"\. Set/);
  });
});
