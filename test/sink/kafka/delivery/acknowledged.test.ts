import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeliveryLog } from '../../../../lib/sink/kafka/delivery/delivery-log.js';
import { pagesOf, records } from '../../pages.js';

describe('the pages of a Kafka sink', () => {
  it('are acknowledged in the order in which they came, whichever is dealt with first', () => {
    const log = new DeliveryLog();
    const acknowledged: number[] = [];
    const deliveries = pagesOf(records(6), 2).map((page, number) => {
      page.whenAcknowledged(() => void acknowledged.push(number));
      return log.add(page);
    });
    const [first, second, third] = deliveries as [
      (typeof deliveries)[0],
      (typeof deliveries)[0],
      (typeof deliveries)[0],
    ];
    log.skip(second, 2, 0);
    log.skip(first, 1, 0);
    assert.deepEqual(acknowledged, []);
    log.skip(first, 1, 0);
    assert.deepEqual(acknowledged, [0, 1]);
    log.skip(third, 2, 0);
    assert.deepEqual(acknowledged, [0, 1, 2]);
  });

  it('are not acknowledged behind one that failed', () => {
    const log = new DeliveryLog();
    const acknowledged: number[] = [];
    const [first, second] = pagesOf(records(4), 2).map((page, number) => {
      page.whenAcknowledged(() => void acknowledged.push(number));
      return log.add(page);
    });
    first!.fail(new Error('not taken'));
    log.skip(second!, 2, 0);
    assert.deepEqual(acknowledged, []);
  });
});
