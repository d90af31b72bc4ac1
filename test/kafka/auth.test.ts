import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../lib/errors.js';
import { type KafkaAuth, resolveAuth, tlsOf, tokenOf } from '../../lib/kafka/auth.js';
import { temporaryFolder } from '../sink/files.js';

test('a token in a file is read again at every login, without the line break at its end', (t) => {
  const token_path = join(temporaryFolder(t), 'token');
  for (const token of ['first', 'second']) {
    writeFileSync(token_path, `${token}\n`);
    assert.equal(tokenOf({ token_path }), token);
  }
  assert.equal(tokenOf({ token: 'given' }), 'given');
});

test('certificates are read from their files, and the name that is checked can be another', (t) => {
  const ca_path = join(temporaryFolder(t), 'ca.pem');
  writeFileSync(ca_path, 'pem');
  assert.deepEqual(tlsOf({ type: 'ssl', config: { ca_path, key_password: 'p', server_name: 'broker.example.com' } }), {
    ca: Buffer.from('pem'),
    passphrase: 'p',
    servername: 'broker.example.com',
  });
  assert.equal(tlsOf({ type: 'none' }), undefined);
});

test('a file that cannot be read is named', (t) => {
  const missing = join(temporaryFolder(t), 'missing');
  for (const [read, key] of [
    [() => tokenOf({ token_path: missing }), 'token_path'],
    [() => tlsOf({ type: 'ssl', config: { cert_path: missing } }), 'cert_path'],
  ] as const) {
    assert.throws(read, (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message, `kafka.auth.config.${key}: The file ${missing} cannot be read (ENOENT).`);
      return true;
    });
  }
});

test('logging in over TLS takes something to log in with', () => {
  for (const auth of [{ type: 'sasl_ssl' }, { type: 'sasl_ssl', config: {} }]) {
    assert.throws(() => resolveAuth(auth as KafkaAuth), {
      code: 'ERR_CONFIG',
      message: /kafka\.auth\.config\.sasl: Expected how to log in\./,
    });
  }
});
