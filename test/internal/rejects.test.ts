import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { silentLogger } from '../../lib/internal/logger.js';
import { Rejects } from '../../lib/internal/rejects.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { collector, recorder } from '../support/messages.js';

const LETTER = { error: new Error('refused') };
const clock = createFakeClock();

describe('Rejects', () => {
  it("throws the letter's error with 'fail', and counts nothing", () => {
    const logger = recorder();
    const rejects = new Rejects({ onError: 'fail', deadLetter: undefined, logger, clock });
    assert.throws(() => rejects.handle(LETTER), LETTER.error);
    assert.equal(rejects.count, 0);
    assert.deepEqual(logger.entries, []);
  });

  it("counts with 'skip'", () => {
    const rejects = new Rejects({ onError: 'skip', deadLetter: undefined, logger: silentLogger, clock });
    for (let n = 0; n < 3; n++) rejects.handle(LETTER);
    assert.equal(rejects.count, 3);
  });

  it("counts and writes to the dead letter with 'divert'", () => {
    const deadLetter = collector();
    const rejects = new Rejects({ onError: 'divert', deadLetter, logger: silentLogger, clock });
    rejects.handle(LETTER);
    assert.equal(rejects.count, 1);
    assert.deepEqual(deadLetter.seen, [LETTER]);
  });

  it('throws what a dead letter fails with at once, and says of no more that it was refused', () => {
    const [logger, failure] = [recorder(), new Error('disk full')];
    const deadLetter = new Writable({ objectMode: true, write: (_letter, _encoding, callback) => callback(failure) });
    deadLetter.on('error', () => {});
    const rejects = new Rejects({ onError: 'divert', deadLetter, logger, clock });
    assert.throws(() => rejects.handle(LETTER), failure);
    assert.deepEqual(logger.entries, []);
  });

  it('warns at the first, and then at most once in ten seconds, with the count since and in all', async () => {
    const [logger, time] = [recorder(), createFakeClock()];
    const rejects = new Rejects({ onError: 'skip', deadLetter: undefined, logger, clock: time });
    for (let n = 0; n < 3; n++) rejects.handle(LETTER);
    await time.advance(10_000);
    rejects.handle(LETTER);
    await time.advance(50_000);
    rejects.handle(LETTER);
    assert.deepEqual(
      logger.entries.map(({ level, facts, text }) => ({ level, text, ...facts })),
      [
        [1, 1],
        [3, 4],
        [1, 5],
      ].map(([count, total]) => ({ level: 'warn', text: 'input was refused', err: LETTER.error, count, total })),
    );
  });
});
