import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as version1 from '@platformatic/kafka';
import { isTransactionModule } from '../../../lib/kafka/transaction/transaction-module.js';

test('the client has the parts that transactions take; without one of them there are none', () => {
  assert.ok(isTransactionModule(version1));
  for (const part of [
    'findCoordinatorV4',
    'addPartitionsToTxnV3',
    'endTxnV3',
    'listOffsetsV7',
    'fetchV12',
    'createTopicsV7',
  ]) {
    assert.equal(isTransactionModule({ ...version1, [part]: undefined } as never), false, part);
  }
});
