import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { Page } from '../../lib/index.js';
import { decodeHead, encodeHead, entryLength, HEAD_BYTES, nextSequence } from '../../lib/spool/entry.js';
import { cursorIn, decodePage, encodePage } from '../../lib/spool/page-entry.js';
import { anyPages, pagesOf, shown } from '../support/any-pages.js';

describe('the entry of a page', () => {
  it('is read as the page that was written, whatever its records, frames and gaps', () => {
    fc.assert(
      fc.property(anyPages, fc.nat(), ({ lines, size, bigIntegers, isReused }, number) => {
        for (const page of pagesOf(lines, size, bigIntegers, isReused)) {
          const before = shown(page);
          const { head, parts } = encodePage(page, number);
          const bytes = Buffer.concat(parts);
          assert.deepEqual(decodeHead(bytes, 0), head);
          assert.equal(bytes.length, entryLength(head));
          const facts = bytes.subarray(HEAD_BYTES, HEAD_BYTES + head.factsLength);
          const body = bytes.subarray(HEAD_BYTES + head.factsLength) as Page['bytes'];
          assert.equal(crc32(body, crc32(facts)), head.contentCrc);
          assert.deepEqual(shown(decodePage({ facts, body, bodyCrc: crc32(body) })), before);
          assert.equal(head.records, page.recordsAmong());
          assert.equal(head.page, number);
          const ofRecords = page.ends.flatMap((_, index) => (page.isGap(index) ? [] : [page.frame(index).sequence]));
          assert.equal(nextSequence(head), (ofRecords.at(-1) ?? page.frame(page.length - 1).sequence - 1) + 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('has the cursor of the page', () => {
    const cursor = { endpoint: 'wss://a/', values: { seq: '18446744073709551615', token: 'a"\u0000ä' }, since: 5 };
    const [page] = pagesOf([{ ...LINE, text: '{"n":1}' }], 1) as [Page];
    page.cursor = cursor;
    const { parts } = encodePage(page, 1);
    const [, facts, body] = parts.map((part) => Buffer.from(part)) as [Buffer, Buffer, Page['bytes']];
    assert.deepEqual(decodePage({ facts, body, bodyCrc: crc32(body) }).cursor, cursor);
    assert.deepEqual(cursorIn({ facts }), cursor);
  });

  it('has a head that no other bytes are taken for', () => {
    const [page] = pagesOf([{ ...LINE, text: '{"n":1}' }], 1) as [Page];
    const { head } = encodePage(page, 7);
    const bytes = encodeHead(head);
    assert.equal(bytes.length, 72);
    assert.equal(bytes.toString('latin1', 0, 4), '\0SP1');
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      assert.equal(decodeHead(damaged, 0), undefined, `byte ${at}`);
    }
    assert.equal(decodeHead(bytes.subarray(0, 71), 0), undefined);
  });
});

const LINE = { sequence: 1, receivedAt: 0, connection: 0, isBinary: false, url: 'ws://a', isGap: false };
