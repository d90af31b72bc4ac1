import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify } from '../../../lib/kafka/failures.js';
import { whileTimePasses } from '../../support/time.js';
import { until } from '../../support/until.js';
import { scriptedCoordinator } from './scripted.js';

const ME = { producerId: 7n, epoch: 3 };

describe('what a coordinator is asked', () => {
  it('takes an id over as nobody, so that whoever has it is fenced', async () => {
    const scripted = scriptedCoordinator();
    assert.deepEqual(await scripted.coordinator.takeOver(30_000), ME);
    assert.deepEqual(scripted.asked, ['init ["trades",30000,-1,-1]']);
  });

  it('is asked again within milliseconds while what came before is being ended', async () => {
    const scripted = scriptedCoordinator(['CONCURRENT_TRANSACTIONS', 'CONCURRENT_TRANSACTIONS']);
    const done = scripted.coordinator.takeOver(30_000);
    await scripted.clock.whenPending();
    await scripted.clock.advance(5);
    await scripted.clock.advance(10);
    assert.deepEqual(await done, ME);
    assert.equal(scripted.retries, 2);
    assert.equal(scripted.finds, 1);
  });

  for (const answer of [
    'lost',
    'NOT_COORDINATOR',
    'COORDINATOR_NOT_AVAILABLE',
    'COORDINATOR_LOAD_IN_PROGRESS',
  ] as const) {
    it(`is asked where it is now after ${answer}`, async () => {
      const scripted = scriptedCoordinator([answer]);
      await whileTimePasses(scripted.clock, scripted.coordinator.add(ME, new Map([['trades', [0, 1]]])));
      assert.equal(scripted.finds, 2);
      assert.equal(scripted.asked.length, 2);
      assert.equal(scripted.asked[0], scripted.asked[1]);
    });
  }

  it('fails at once where it is no matter of time', async () => {
    const scripted = scriptedCoordinator(['TRANSACTIONAL_ID_AUTHORIZATION_FAILED']);
    const error = await scripted.coordinator.takeOver(1).catch((reason: unknown) => reason);
    assert.equal(classify(error).reason, 'this user may not use the transactional id');
    assert.equal(scripted.asked.length, 1);
  });

  it('fails when there is no answer for the time that a message may take', async () => {
    const scripted = scriptedCoordinator(['silence']);
    const done = scripted.coordinator.takeOver(1).catch((reason: unknown) => reason);
    const error = await whileTimePasses(scripted.clock, done, 1_000);
    assert.equal(classify(error).reason, 'no broker answers within 10000 ms');
  });

  it('is not waited for any more when all is over', async () => {
    const scripted = scriptedCoordinator(['COORDINATOR_NOT_AVAILABLE']);
    const done = scripted.coordinator.takeOver(1).catch((reason: unknown) => reason);
    await until(() => scripted.retries === 1);
    scripted.patience.end();
    assert.equal(classify(await done).name, 'COORDINATOR_NOT_AVAILABLE');
    assert.equal(scripted.clock.pending, 0);
  });
});

describe('whether a commit was done', () => {
  for (const [answers, isUncertain] of [
    [['fine'], false],
    [['lost', 'fine'], false],
    [['CONCURRENT_TRANSACTIONS', 'fine'], false],
    [['INVALID_PRODUCER_EPOCH'], false],
    [['CONCURRENT_TRANSACTIONS', 'PRODUCER_FENCED'], false],
    [['lost', 'PRODUCER_FENCED'], true],
    [['COORDINATOR_NOT_AVAILABLE', 'INVALID_PRODUCER_EPOCH'], true],
    [['silence'], true],
  ] as const) {
    it(`is ${isUncertain ? 'not known' : 'known'} after ${answers.join(', ')}`, async () => {
      const { clock, coordinator } = scriptedCoordinator(answers);
      await whileTimePasses(
        clock,
        coordinator.end(ME, true).catch(() => {}),
        1_000,
      );
      assert.equal(coordinator.isUncertain, isUncertain);
    });
  }

  it('is no question of one that was to be aborted', async () => {
    const { clock, coordinator } = scriptedCoordinator(['lost', 'PRODUCER_FENCED']);
    await whileTimePasses(
      clock,
      coordinator.end(ME, false).catch(() => {}),
      1_000,
    );
    assert.equal(coordinator.isUncertain, false);
  });
});
