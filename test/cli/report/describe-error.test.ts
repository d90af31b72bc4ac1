import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeError, errorFacts } from '../../../lib/cli/report/describe-error.js';
import { ConfigError, ConnectError } from '../../../lib/errors.js';

describe('describeError', () => {
  it('gives code, sentence and a cause that the sentence does not name already', () => {
    const inner = new Error('the deepest reason.');
    const cause = new Error('refused by the peer', { cause: inner });
    const error = new ConnectError('No connection: refused by the peer. Check it.', { url: 'ws://x/', cause });
    assert.equal(
      describeError('spillway', error, false).join('\n'),
      'spillway: ERR_CONNECT: No connection: refused by the peer. Check it.\n  because: the deepest reason.\n' +
        '  what to do: docs/errors.md#err_connect',
    );
  });

  it('follows no chain of causes without end', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    assert.equal(describeError('spillway', error, false).join('\n'), 'spillway: one\n  because: two');
  });

  it('takes the first of many errors as a cause', () => {
    const error = new Error('no way', { cause: new AggregateError([new Error('first'), new Error('second')]) });
    assert.equal(describeError('spillway', error, false).join('\n'), 'spillway: no way\n  because: first');
  });

  it('gives every problem of a configuration a line of its own', () => {
    const problems = [
      { path: 'a', message: 'Wrong.', line: 1, column: 2 },
      { path: 'b', message: 'Wrong, too.', line: 3, column: 4 },
    ];
    const error = new ConfigError(problems, { file: 'f.yaml', cause: new Error('x') });
    const text = describeError('spillway', error, false).join('\n');
    assert.equal(
      text,
      'spillway: ERR_CONFIG: 2 problems to solve; nothing was connected.\nf.yaml:1:2: a: Wrong.\nf.yaml:3:4: b: Wrong, too.\n' +
        '  what to do: docs/errors.md#err_config',
    );
  });

  it('shows frames of the stack only when asked to, and never properties', () => {
    const error = Object.assign(new Error('no'), { token: 'secret' });
    assert.equal(describeError('spillway', error, false).join('\n'), 'spillway: no');
    assert.match(
      describeError('spillway', error, true).join('\n'),
      /^spillway: no\n {2}Error\n\s+at .*describe-error\.test/,
    );
    assert.doesNotMatch(describeError('spillway', error, true).join('\n'), /secret/);
  });

  it('ends with the heading of the page on errors, and has stacks below it when it is verbose', () => {
    const error = new ConnectError('No connection. Check it.', { url: 'ws://x/', cause: new Error('refused') });
    const lines = describeError('spillway', error, false);
    assert.deepEqual(lines.slice(1), ['  because: refused', '  what to do: docs/errors.md#err_connect']);
    assert.equal(errorFacts(error, false)['docs'], 'docs/errors.md#err_connect');
    assert.deepEqual(describeError('spillway', error, true).slice(0, 4), [...lines, '  ConnectError']);
    assert.doesNotMatch(describeError('spillway', new Error('no'), true).join('\n'), /docs/);
  });

  it('shows what is no error as text', () => {
    assert.equal(describeError('spillway', 'just text', true).join('\n'), 'spillway: just text');
    assert.deepEqual(errorFacts(undefined, false), { code: null, message: 'undefined' });
  });
});
