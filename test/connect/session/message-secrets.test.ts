import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageSecrets } from '../../../lib/connect/session/message-secrets.js';

for (const [message, secrets] of [
  // By a name that tells.
  ['{"op":"subscribe","args":[{"api-key":"k1","passphrase":"p1","symbol":"btcusdt-spot"}]}', ['k1', 'p1']],
  ['{"op":"subscribe","key":"BTCUSDT"}', []],
  ['{"op":"subscribe","key":"a-long-key"}', ['a-long-key']],
  ['{"credentials":{"user":"me","parts":["p1"]},"passcode":1234,"id":5678}', ['me', 'p1', '1234']],
  ['{"token":"a\\"b\\/c"}', ['a"b/c', 'a\\"b\\/c']],
  ['{"password":"my-login-2"}', ['my-login-2']],
  // By a log-in.
  ['["logon","my-sign"]', ['my-sign']],
  ['{"op":"auth","args":["k1",1662350400000,"s1"]}', ['k1', 's1']],
  ['{"id":"short","method":"session.logon","params":{"a":"a1","type":"api"}}', ['a1']],
  ['{"action":"userLogin","params":"params-1","channel":"private-orders"}', ['params-1']],
  ['{"op":"designing","args":["a1"]}', []],
  ['{"event":"log_in","data":{"op":"sign","x":["x1"]}}', ['x1']],
  ['["1","auth",{"a":"a1"}]', ['1', 'a1']],
  ['["{\\"op\\":\\"login\\",\\"args\\":[\\"a1\\"]}"]', ['a1']],
  ['42["authenticate",{"a":"a1"}]', ['a1']],
  ['AUTH {"a":"a1"}', ['a1']],
  ['{"op":"subscribe","channel":"author-news","args":["design","signals"]}', []],
  ['{"op":"subscribe","text":"please sign here","args":["trades"]}', []],
  // No JSON.
  ['AUTH k1 s1', ['k1', 's1']],
  ['CONNECT\npasscode: p1\nhost: example.com', ['p1']],
  ['token=t1&symbol=btcusdt-spot', ['t1']],
  ['{"pong":{value},"token":"t1"}', ['t1']],
  [Buffer.from('{"op":"login","args":["k1"]}'), ['k1']],
  ['', []],
] as const) {
  test(`what is secret in ${message}`, () => {
    assert.deepEqual(messageSecrets(message as string | Buffer), secrets);
  });
}

test('a message that is nested too deeply is looked at as a text', () => {
  assert.deepEqual(messageSecrets(`${'['.repeat(100_000)}"token=t1"${']'.repeat(100_000)}`), ['t1']);
});
