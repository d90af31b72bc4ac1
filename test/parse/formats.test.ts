import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatsThat, MESSAGE_FORMAT_NAMES, MESSAGE_FORMATS, messageFormat } from '../../lib/parse/formats.js';

describe('the table of message formats', () => {
  it('has json where no name is given, and nothing for a name that is none', () => {
    assert.equal(messageFormat(undefined), MESSAGE_FORMATS.json);
    for (const name of ['constructor', 'toString', 'JSON', '', null, 1, ['json']]) {
      assert.equal(messageFormat(name), undefined, String(name));
    }
    for (const name of MESSAGE_FORMAT_NAMES) assert.equal(messageFormat(name), MESSAGE_FORMATS[name]);
  });

  it('names the formats for which something holds', () => {
    assert.equal(
      formatsThat(({ isJson }) => isJson),
      'json',
    );
    assert.equal(
      formatsThat(({ isText }) => isText),
      'json or raw_string',
    );
    assert.equal(
      formatsThat(() => false),
      '',
    );
  });

  it('stores any text as one JSON string, and any bytes as base64', () => {
    const bytes = Buffer.from('xé\u0000"y');
    assert.equal(JSON.parse(MESSAGE_FORMATS.raw_string.encode(bytes, 1, 5).toString()), 'é\u0000"');
    assert.deepEqual(MESSAGE_FORMATS.raw_string.encodeText('"'), Buffer.from('"\\""'));
    const stored = MESSAGE_FORMATS.binary.encode(bytes, 1, 5).toString();
    assert.deepEqual(Buffer.from(JSON.parse(stored) as string, 'base64'), bytes.subarray(1, 5));
  });
});
