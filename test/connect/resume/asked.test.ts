import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResumeInto } from '../../../lib/connect/options/resume-options.js';
import { type Asked, askFor, Unsayable } from '../../../lib/connect/resume/asked.js';

function ask(values: Record<string, string>, into: ResumeInto, url = 'wss://a.example/feed'): Asked {
  const asked = askFor({ endpoint: url, values }, into, url);
  assert.ok(asked !== undefined && !(asked instanceof Unsayable));
  return asked;
}

for (const [url, expected] of [
  ['wss://a.example/feed', 'wss://a.example/feed?c=a%26b%20%C3%A4'],
  ['wss://a.example', 'wss://a.example?c=a%26b%20%C3%A4'],
  ['wss://a.example/feed?sig=x%2fy+z', 'wss://a.example/feed?sig=x%2fy+z&c=a%26b%20%C3%A4'],
  ['wss://a.example/feed?', 'wss://a.example/feed?c=a%26b%20%C3%A4'],
] as const) {
  test(`a parameter is added to ${url}, whose query stays as it is written`, () => {
    assert.equal(ask({ c: 'a&b ä' }, { query: { c: '{c}' } }, url).url, expected);
  });
}

test('a parameter that is there has its value replaced', () => {
  assert.equal(
    ask({ c: '5' }, { query: { cursor: '{c}' } }, 'wss://a.example/?cursor=0').url,
    'wss://a.example/?cursor=5',
  );
});

test('in a step a value is what JSON has between quotes; a number stays as it is, and so does all that is no name', () => {
  const into = { subscribe: [{ send: '{"t":"{t}","n":{n},"x":{}}' }, { send: Buffer.from('{n}') }] };
  const { steps } = ask({ t: 'a"\n', n: '18446744073709551615' }, into);
  assert.deepEqual(
    steps!.map(({ send }) => String(send)),
    ['{"t":"a\\"\\n","n":18446744073709551615,"x":{}}', '{n}'],
  );
});

test('nothing is said where a value is not known', () => {
  const into = { query: { a: '{a}' }, headers: { B: '{b}' } };
  assert.equal(askFor({ endpoint: '', values: { a: '1' } }, into, 'wss://a.example/'), undefined);
});

for (const [what, values, into] of [
  ['a plain address of a feed of TLS', { base: 'ws://b.example' }, { url: '{base}' }],
  ['an address of another kind', { base: 'https://b.example' }, { url: '{base}' }],
  ['an address with a fragment', { base: 'wss://b.example/#x' }, { url: '{base}' }],
  ['no address', { base: 'b' }, { url: '{base}' }],
  ['a header of two lines', { base: 'a\r\nX: y' }, { headers: { A: '{base}' } }],
] as const) {
  test(`${what} is not taken from a server`, () => {
    assert.ok(askFor({ endpoint: '', values }, into, 'wss://a.example/') instanceof Unsayable);
  });
}
