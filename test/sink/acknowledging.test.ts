import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { acknowledging } from '../../lib/index.js';
import { pagesOf, records } from './pages.js';

describe('acknowledging()', () => {
  for (const way of ['write', 'writev'] as const) {
    it(`acknowledges a page when ${way} has called back, and not before`, async () => {
      const pages = pagesOf(records(6), 2);
      const order: string[] = [];
      for (const [number, page] of pages.entries())
        page.whenAcknowledged((at) => order.push(`${number} ${JSON.stringify(at)}`));
      const store = (callback: () => void): void => {
        order.push('stored');
        setImmediate(callback);
      };
      const sink = new Writable({
        objectMode: true,
        highWaterMark: 9,
        ...(way === 'write'
          ? { write: (_page, _encoding, callback) => store(callback) }
          : { writev: (_pages, callback) => store(callback) }),
      });
      assert.equal(acknowledging(sink), sink);
      await pipeline(Readable.from(pages), sink);
      assert.equal(order[0], 'stored');
      assert.deepEqual(
        order.filter((said) => said !== 'stored'),
        ['0 {}', '1 {}', '2 {}'],
      );
    });
  }

  it('acknowledges nothing that was not stored, and nothing that is no page', async () => {
    const [stored, refused] = pagesOf(records(4), 2) as [never, never];
    const acknowledged: unknown[] = [];
    let left = 1;
    const sink = acknowledging(
      new Writable({
        objectMode: true,
        write: (_page, _encoding, callback) => callback(left-- > 0 ? null : new Error('no room')),
      }),
    );
    const pages = [stored, refused] as { whenAcknowledged(listener: () => void): void }[];
    for (const [number, page] of pages.entries()) page.whenAcknowledged(() => acknowledged.push(number));
    await assert.rejects(pipeline(Readable.from(pages), sink), /no room/);
    assert.deepEqual(acknowledged, [0]);
    await pipeline(
      Readable.from(['text']),
      acknowledging(new Writable({ objectMode: true, write: (_p, _e, done) => done() })),
    );
  });

  it('refuses what is no Writable', () => {
    for (const sink of [null, undefined, {}, Readable.from([])]) {
      assert.throws(() => acknowledging(sink as never), {
        code: 'ERR_CONFIG',
        message: /Expected a Writable of pages/,
      });
    }
  });
});
