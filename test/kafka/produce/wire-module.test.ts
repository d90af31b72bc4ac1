import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as version1 from '@platformatic/kafka';
import { isWireModule } from '../../../lib/kafka/produce/wire-module.js';

test('the client has the parts that our own requests take; without one of them it gets records', () => {
  assert.ok(isWireModule(version1));
  for (const part of ['Producer', 'Writer', 'crc32c', 'produceV7', 'initProducerIdV3', 'ProtocolError']) {
    assert.equal(isWireModule({ ...version1, [part]: undefined }), false, part);
  }
  assert.equal(isWireModule({ ...version1, produceV7: {} }), false);
});
