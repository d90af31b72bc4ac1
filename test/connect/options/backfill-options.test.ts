import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { ConfigError } from '../../../lib/errors.js';

const url = 'https://a.example/trades?from={after}';

for (const [given, why] of [
  [{ backfill: { url } }, /known by the numbers of the feed alone: set `sequence`, too/],
  [of({ url: `${url}&s={key}` }), /`url` has \{key\}, and `sequence` has no `key`/],
  [{ sequence: { path: 'n', key: 's' }, backfill: { url } }, /put \{key\} into `url`/],
  [of({ url, next: { link: true, path: 'x' } }), /`next` says more than one way/],
  [of({ url: `${url}&c={next}` }), /`url` has \{next\}, and nothing says where that stands/],
  [of({ url: 'http://a.example/{after}', auth: 'feed' }), /sends credentials: take an address of https/],
  [of({ url: 'http://localhost.evil.example/{after}', auth: 'feed' }), /sends credentials/],
  ...['https://a.example/', 'ws://a.example/{after}', 'https://{after}.example/', `${url}#x`, ` ${url}`].map(
    (one) => [of({ url: one }), /Expected|expected/] as const,
  ),
] as const) {
  test(`it is refused: ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => resolveWebSocketOptions(given as never),
      (error) => error instanceof ConfigError && why.test(error.message),
    );
  });
}

for (const backfill of [
  { url },
  { url: 'http://127.0.0.1:8080/{before}?a={next}', auth: 'feed', next: { path: 'n' } },
  { url: 'https://a.example/{after}', auth: 'feed', next: { link: true } },
]) {
  test(`it is taken: ${JSON.stringify(backfill)}`, () => {
    assert.equal(resolveWebSocketOptions(of(backfill) as never).backfill, backfill);
  });
}

function of(backfill: object): object {
  return { sequence: { path: 'n' }, backfill };
}
