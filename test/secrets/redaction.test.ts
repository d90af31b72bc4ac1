import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redactUrl, withoutUserInfo } from '../../lib/secrets/redaction.js';

describe('redactUrl()', () => {
  for (const [url, expected] of [
    ['wss://example.com', 'wss://example.com/'],
    ['wss://user:secret@example.com:8443/feed?token=secret#secret', 'wss://example.com:8443/feed?…'],
    ['ws://secret@example.com/a', 'ws://example.com/a'],
    ['https://example.com/', 'https://example.com/'],
    ['user:secret@example.com/feed', '(an address without a host)'],
    ['secret', '(an address that cannot be parsed)'],
    ['//secret@host', '(an address that cannot be parsed)'],
    ['', '(an address that cannot be parsed)'],
  ] as const) {
    it(`shows ${JSON.stringify(url)} as ${JSON.stringify(expected)}`, () => assert.equal(redactUrl(url), expected));
  }

  it('never shows user info, query or fragment', () => {
    const scheme = fc.constantFrom('ws://', 'wss://', 'https://', 'x:', '');
    const before = fc.constantFrom('SECRET@', 'u:SECRET@', ':SECRET@', 'SECRET:p@', '');
    const after = fc.constantFrom('/?t=SECRET', '?SECRET', '#SECRET', '/a#SECRET', '');
    fc.assert(
      fc.property(scheme, before, after, (first, user, last) => {
        assert.doesNotMatch(redactUrl(`${first}${user}example.com${last}`), /secret/i);
      }),
    );
  });
});

describe('withoutUserInfo()', () => {
  for (const [url, expected] of [
    ['wss://user:secret@example.com/feed?a=b', 'wss://example.com/feed?a=b'],
    ['wss://user@example.com', 'wss://example.com/'],
    ['wss://:secret@example.com', 'wss://example.com/'],
    ['wss://example.com', 'wss://example.com'],
    ['wss://example.com/%7Ba%7D?x={y}', 'wss://example.com/%7Ba%7D?x={y}'],
    ['no address', 'no address'],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(url)}`, () =>
      assert.equal(withoutUserInfo(url), expected));
  }
});
