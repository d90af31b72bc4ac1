import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { datasetUri } from '../../lib/config/dataset-uri.js';

for (const [url, expected] of [
  ['wss://example.com/feed', 'wss://example.com/feed'],
  ['wss://example.com', 'wss://example.com/'],
  ['ws://example.com:8080/a/b', 'ws://example.com:8080/a/b'],
  ['wss://me:secret@example.com/feed', 'wss://example.com/feed'],
  ['wss://example.com/feed?token=secret', 'wss://example.com/feed'],
  ['wss://example.com/feed#secret', 'wss://example.com/feed'],
  ['ws://[::1]:9000/x?y', 'ws://[::1]:9000/x'],
] as const) {
  test(`The data set of ${url} is ${expected}`, () => {
    assert.equal(datasetUri({ url }), expected);
  });
}

test('No user, password or query ever shows in a data set URI', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/);
  fc.assert(
    fc.property(secret, secret, secret, (user, password, token) => {
      const uri = datasetUri({ url: `wss://${user}:${password}@h.test/p?t=${token}` });
      assert.equal(uri, 'wss://h.test/p');
    }),
  );
});
