import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDoubtful, isTelling } from '../../lib/secrets/telling-names.js';

test('names of secrets tell, however they are written', () => {
  const names =
    'key api-key apiKey X-MBX-APIKEY auth authorization Cookie jwt sig sign signature pwd passphrase otp user_totp';
  const more = 'secret sessionId token listenKey bearer credentials client_secret hmac';
  assert.deepEqual(
    `${names} ${more}`.split(' ').filter((name) => !isTelling(name)),
    [],
  );
});

test('names that only look like them, or say something about one, do not', () => {
  const names = 'symbol op channel author credit signal footprint auth_type signatureMethod Sec-WebSocket-Version';
  assert.deepEqual(names.split(' ').filter(isTelling), []);
});

test('a key is in doubt where no other word says whose it is', () => {
  const names = ['key', 'sequence_key', 'keys', 'api_key', 'accessKey', 'secret-key', 'token'];
  assert.deepEqual(names.filter(isDoubtful), ['key', 'sequence_key', 'keys']);
});
