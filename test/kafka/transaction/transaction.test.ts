import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '@platformatic/kafka';
import { classify } from '../../../lib/kafka/failures.js';
import { Transaction } from '../../../lib/kafka/transaction/transaction.js';
import { until } from '../../support/until.js';
import { type Answer, scriptedCoordinator } from './scripted.js';

describe('a transaction', () => {
  it('has each partition before its first batch: many that come at once by one request, those that come meanwhile by the next', async () => {
    const { transaction, asked } = await taken();
    const first = [transaction.add('trades', 0), transaction.add('trades', 1), transaction.add('books', 0)];
    await until(() => asked.length === 1);
    const second = transaction.add('trades', 2);
    await Promise.all([...first, second]);
    assert.deepEqual(asked.map(partitionsIn), ['trades 0,1 books 0', 'trades 2']);
  });

  it('that has none needs no end', async () => {
    const { transaction, asked } = await taken();
    await transaction.end(true);
    assert.deepEqual([asked, transaction.number, transaction.isOpen], [[], 1, false]);
  });

  it('is ended under its id, and the next one begins with its first partition', async () => {
    const { transaction, asked } = await taken();
    await transaction.add('trades', 0);
    assert.equal(transaction.isOpen, true);
    await transaction.end(true);
    assert.deepEqual([asked[1], transaction.number, transaction.isOpen], ['end ["trades",7,3,true]', 2, false]);
  });

  it('that could not get a partition is not committed, and can be aborted', async () => {
    const { transaction, asked } = await taken(['TOPIC_AUTHORIZATION_FAILED']);
    await assert.rejects(transaction.add('trades', 0));
    await assert.rejects(transaction.end(true));
    assert.equal(asked.length, 1);
    await transaction.end(false);
    assert.equal(asked[1], 'end ["trades",7,3,false]');
  });

  for (const [what, openMs, reason] of [
    ['its epoch is another’s', 20_000, /^another run of the feed has taken over$/],
    ['it was open for too long', 30_000, /^the transaction was open for more than 30000 ms/],
  ] as const) {
    it(`says so when ${what}`, async () => {
      const { transaction, clock } = await taken(['fine', 'INVALID_PRODUCER_EPOCH']);
      await transaction.add('trades', 0);
      await clock.advance(openMs);
      const error = await transaction.end(true).catch((thrown: unknown) => thrown);
      assert.match(classify(error).reason, reason);
      assert.equal(classify(transaction.explain(new ProtocolError('PRODUCER_FENCED'))).kind, 'fatal');
    });
  }
});

async function taken(answers: readonly Answer[] = []) {
  const { clock, coordinator, asked } = scriptedCoordinator(['fine', ...answers]);
  const transaction = new Transaction('trades', 30_000, { clock, coordinator });
  await transaction.takeOver();
  asked.length = 0;
  return { transaction, clock, asked };
}

function partitionsIn(asked: string): string {
  const [[{ topics }]] = JSON.parse(asked.slice('add '.length)) as [
    [{ topics: { name: string; partitions: number[] }[] }],
  ];
  return topics.map(({ name, partitions }) => `${name} ${partitions.join(',')}`).join(' ');
}
