import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../lib/errors.js';
import { keysShown } from './support/key-table.js';
import { freshPage, PAGES, pageAt } from './support/pages.js';

const readme = pageAt('README.md');

for (const path of PAGES) {
  test(`${path} shows its tables, numbers and examples as they are now`, () => {
    assert.equal(pageAt(path), freshPage(path), 'Run `npm run readme`.');
  });
}

test('the README is one sitting', () => {
  const lines = readme.split('\n').length;
  assert.ok(lines <= 260, `It has ${lines} lines: what is looked up belongs to a page under docs/.`);
});

test('the README knows every error code, and no other', () => {
  assert.deepEqual(new Set(readme.match(/ERR_[A-Z_]+/g)), new Set(Object.keys(ERROR_CODES)));
});

test('the README has the fourteen keys that faucet has, in its order', () => {
  assert.deepEqual(keysShown(readme).get(''), [
    ...['url', 'auth', 'subscribe_messages', 'message_format', 'on_parse_error', 'envelope', 'ping_interval'],
    ...['max_messages', 'idle_timeout', 'reconnect', 'reconnect_backoff', 'max_reconnect_attempts'],
    ...['max_message_bytes', 'batch_size'],
  ]);
});

test('the README says how to try it in a clone', () => {
  assert.match(readme, /^npm ci && npm start\b/m);
  assert.match(readme, /^npm cit\b/m);
});
