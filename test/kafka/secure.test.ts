import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, describe, test } from 'node:test';
import { SinkError } from '../../lib/index.js';
import type { KafkaAuth, KafkaSasl } from '../../lib/sink/kafka/index.js';
import { pagesOf } from '../sink/pages.js';
import { noKafkaOfOurOwn, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, readTopic } from '../support/kafka/topics.js';
import { selfSigned } from '../testing/self-signed.js';
import { clients } from './clients.js';
import { PASSWORD, SECURE, unsecuredToken } from './secure-broker.js';

const skip = await noKafkaOfOurOwn();

describe('a broker that asks who comes', { skip }, () => {
  if (skip !== false) return;
  const folder = mkdtempSync(join(tmpdir(), 'spillway-secure-'));
  after(() => rmSync(folder, { recursive: true }));
  const [ca_path, cert_path, key_path, token_path] = ['ca.pem', 'cert.pem', 'key.pem', 'token'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(ca_path, selfSigned.cert);
  writeFileSync(cert_path, selfSigned.cert);
  writeFileSync(key_path, selfSigned.key);
  writeFileSync(token_path, `${unsecuredToken()}\n`);
  const kafka = sharedBroker(SECURE);

  const plain: KafkaSasl = { type: 'sasl_plain', config: { username: 'alice', password: PASSWORD } };
  const scram = (mechanism: 'sha256' | 'sha512'): KafkaSasl => ({
    type: 'sasl_scram',
    config: { mechanism, username: 'alice', password: PASSWORD },
  });
  const ways: readonly { readonly name: string; readonly listener: string; readonly auth: KafkaAuth }[] = [
    { name: 'PLAIN', listener: 'LOGIN', auth: plain },
    { name: 'SCRAM-SHA-256', listener: 'LOGIN', auth: scram('sha256') },
    { name: 'SCRAM-SHA-512', listener: 'LOGIN', auth: scram('sha512') },
    { name: 'OAUTHBEARER', listener: 'LOGIN', auth: { type: 'sasl_oauthbearer', config: { token_path } } },
    {
      name: 'certificates on both sides',
      listener: 'MUTUAL',
      auth: { type: 'ssl', config: { ca_path, cert_path, key_path } },
    },
    {
      name: 'SCRAM-SHA-512 over TLS',
      listener: 'BOTH',
      auth: { type: 'sasl_ssl', config: { sasl: scram('sha512'), ssl: { type: 'ssl', config: { ca_path } } } },
    },
  ];

  const mistaken: readonly ((typeof ways)[number] & { readonly said: RegExp })[] = [
    {
      name: 'no TLS where it is spoken',
      listener: 'MUTUAL',
      auth: { type: 'none' },
      said: /speaks TLS.* Set `auth` to `ssl` or `sasl_ssl`/,
    },
    {
      name: 'TLS where none is spoken',
      listener: 'PLAINTEXT',
      auth: { type: 'ssl' },
      said: /does not speak TLS.* or an `auth` without `ssl`/,
    },
    {
      name: 'no login where one is asked for',
      listener: 'LOGIN',
      auth: { type: 'none' },
      said: /as a listener does that asks for a login.* Set `auth` to a login/,
    },
    {
      name: 'a certificate that nobody here trusts',
      listener: 'BOTH',
      auth: { type: 'sasl_ssl', config: { sasl: plain } },
      said: /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).* Set `ca_path`/,
    },
    {
      name: 'no certificate of our own where one is asked for',
      listener: 'MUTUAL',
      auth: { type: 'ssl', config: { ca_path } },
      said: /certificate.* Set `cert_path` and `key_path` of `ssl` in `auth`/,
    },
  ];

  for (const client of clients) {
    for (const { name, listener, auth } of ways) {
      test(`takes records by ${name} (${client.name})`, async (t) => {
        const topic = await newTopic(t, kafka.address);
        const sink = client.open({ brokers: kafka.broker.addressOf(listener), topic, auth });
        await pipeline(pagesOf(['1', '2', '3'], 2), sink);
        const stored = (await readTopic(kafka.address, topic)).map(({ value }) => String(value));
        assert.deepEqual(stored, ['1', '2', '3']);
      });
    }

    for (const { name, listener, auth, said } of mistaken) {
      test(`says what to set for ${name} (${client.name})`, async (t) => {
        const topic = await newTopic(t, kafka.address);
        const options = { messageTimeoutMs: 3_000, requestTimeoutMs: 1_500, drainTimeoutMs: 5_000 };
        const sink = client.open({ brokers: kafka.broker.addressOf(listener), topic, auth, ...options });
        const error = await pipeline(pagesOf(['1', '2']), sink).catch((reason: unknown) => reason);
        assert.ok(error instanceof SinkError, String(error));
        assert.match(error.message, said);
        assert.equal(error.recordsWritten, 0);
      });
    }

    test(`ends the run at once when the password is wrong (${client.name})`, async (t) => {
      const topic = await newTopic(t, kafka.address);
      const auth = { ...plain, config: { username: 'alice', password: 'not-the-password' } } as KafkaAuth;
      const sink = client.open({ brokers: kafka.broker.addressOf('LOGIN'), topic, auth, ...PATIENT });
      const error = await pipeline(pagesOf(['1', '2']), sink).catch((reason: unknown) => reason);
      assert.ok(error instanceof SinkError, String(error));
      assert.equal(error.recordsWritten, 0);
      assert.doesNotMatch(error.message, /not-the-password/);
      assert.deepEqual(await readTopic(kafka.address, topic), []);
    });
  }
});

/** Whoever waits for the time to be up waits too long. */
const PATIENT = { messageTimeoutMs: 1_000_000, drainTimeoutMs: 1_000_000 };
