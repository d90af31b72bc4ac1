import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sinkSecrets } from '../../lib/feed/open-sink.js';
import { isSinkSecret, resolveSink } from '../../lib/feed/sink-config.js';
import { kafka } from '../../lib/sink/kafka/index.js';

test('what an option of a sink says to be a secret is not shown, at any depth', () => {
  const sink = { type: 'kafka', config: {} };
  assert.equal(isSinkSecret(sink, ['auth']), true);
  assert.equal(isSinkSecret(sink, ['auth', 'config', 'password']), true);
  assert.equal(isSinkSecret(sink, ['topic', 'name']), false);
  assert.equal(isSinkSecret({ type: 'jsonl' }, ['auth']), false);
  for (const odd of [undefined, { type: 'tape' }, { type: 1 }]) assert.equal(isSinkSecret(odd, ['auth']), false);
});

test('credentials that are none are not shown in an error of code, either', () => {
  assert.throws(() => kafka({ brokers: 'x', topic: 'y', auth: 'hush-hush' as never }), {
    message: 'kafka.auth: Expected an object with a `type`, got something else that is not shown here.',
  });
});

test('files of sinks, and those of credentials, may be in the home folder', () => {
  const home = (name: string) => join(homedir(), name);
  assert.equal(resolveSink('jsonl', { path: '~/x.jsonl' }).path, home('x.jsonl'));
  const sasl = { type: 'sasl_oauthbearer', config: { token_path: '~/token' } };
  const ssl = { type: 'ssl', config: { ca_path: '~/ca.pem', key_password: '~/sesame' } };
  const sink = resolveSink('kafka', {
    brokers: 'x',
    topic: { type: 'fixed', name: 't' },
    dead_letter: '~/letters.jsonl',
    auth: { type: 'sasl_ssl', config: { sasl, ssl } },
  });
  assert.deepEqual(sink.deadLetter, { path: home('letters.jsonl') });
  assert.deepEqual(sink.auth, {
    type: 'sasl_ssl',
    config: {
      sasl: { ...sasl, config: { token_path: home('token') } },
      ssl: { ...ssl, config: { ca_path: home('ca.pem'), key_password: '~/sesame' } },
    },
  });
  assert.deepEqual(sinkSecrets(sink), ['~/sesame']);
});

test('what has no effect is no part of what a sink is given', () => {
  const sink = resolveSink('kafka', { brokers: 'x', topic: { type: 'fixed', name: 't' }, queue_full_backoff: 1 });
  assert.ok(!Object.keys(sink).some((name) => name.startsWith('queueFull')));
  assert.ok(!('batchSize' in resolveSink('jsonl', { path: 'x', batch_size: 5 })));
});
