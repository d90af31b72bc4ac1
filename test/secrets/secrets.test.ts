import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secrets, secretTexts } from '../../lib/secrets/secrets.js';

test('what is known is hidden, the longest first, and every time', () => {
  const secrets = new Secrets(['abcd', 'abcd-efgh']);
  assert.equal(secrets.hide('abcd-efgh, abcd and abcd'), '***, *** and ***');
});

test('what comes up is hidden from then on, and what was known stays so', () => {
  const secrets = new Secrets(['first']);
  secrets.meet(['second']);
  secrets.know(['third']);
  assert.equal(secrets.hide('first second third fourth'), '*** *** *** fourth');
});

test('of what comes up the newest hundred are kept', () => {
  const secrets = new Secrets();
  for (let n = 1000; n < 1101; n += 1) secrets.meet([`${n}`]);
  assert.equal(secrets.hide('1000 1001 1100'), '1000 *** ***');
});

test('what comes up in messages never pushes out what came up as a credential', () => {
  const secrets = new Secrets();
  secrets.meet(['a-token']);
  for (let n = 1000; n < 1200; n += 1) secrets.meet([`${n}`], 'messages');
  assert.equal(secrets.hide('a-token 1000 1199'), '*** 1000 ***');
});

for (const said of ['a"b/é&c', 'a\\"b/é&c', 'a\\"b\\/é&c', 'a\\"b/\\u00e9\\u0026c', 'a%22b%2F%C3%A9%26c']) {
  test(`a secret is hidden in the form in which others write it: ${said}`, () => {
    assert.equal(new Secrets(['a"b/é&c']).hide(`no ${said}.`), 'no ***.');
  });
}

for (const [text, shown] of [
  ['near "token 0123456"', 'near "token ***"'],
  ['near "456789abcdef is wrong"', 'near "*** is wrong"'],
  ['near "3456789a"', 'near "***"'],
  ['rejected with 0123456789a… by', 'rejected with ***… by'],
  ['…9abcdef is wrong', '…*** is wrong'],
  // By chance.
  ['near "01234"', 'near "01234"'],
  ['a 0123456 b', 'a 0123456 b'],
] as const) {
  test(`a secret that was clipped is hidden where it is cut: ${text}`, () => {
    assert.equal(new Secrets(['0123456789abcdef']).hide(text), shown);
  });
}

test('of a clipped secret all is hidden that is a piece of it, and what is another piece by itself stays', () => {
  const secrets = new Secrets(['abcdef-bcdefgh']);
  assert.equal(secrets.hide('"abcdefgh and more"'), '"***gh and more"');
  assert.equal(secrets.hide('"more and f-bcdefbcdefgh"'), '"more and f-bcdef***"');
});

test('texts of fewer than four characters are none', () => {
  assert.deepEqual(secretTexts(['abc', 'abcd', 'abcd', '', 'abcde']), ['abcde', 'abcd']);
});
