import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeHead, type EntryHead, encodeHead } from '../../lib/spool/entry.js';
import { firstPageOf, Segment, segmentName } from '../../lib/spool/segment.js';

describe('a segment of the spool', () => {
  it('is known by its first page, and no other file is taken for one', () => {
    fc.assert(fc.property(fc.nat(), (first) => assert.equal(firstPageOf(segmentName(first)), first)));
    assert.equal(segmentName(7), 'seg-0000000000000007.spool');
    const names = ['a', 'seg-7.spool', 'xseg-0000000000000007.spool', 'seg-0000000000000007.spool.new', 'ledger'];
    for (const name of names) assert.equal(firstPageOf(name), undefined, name);
  });

  it('sums up what is in it, as it is read again', () => {
    const entries = fc.array(
      fc.record({
        kind: fc.constantFrom('page' as const, 'dropped' as const),
        records: fc.nat({ max: 5 }),
        frames: fc.integer({ min: 5, max: 9 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 99 }), (given, first) => {
        const segment = new Segment(first, 'a');
        assert.deepEqual([segment.isEmpty, segment.last], [true, first - 1]);
        let sequence = 40;
        for (const [index, { kind, records, frames }] of given.entries()) {
          segment.count(
            headOf({ kind, page: first + index, records, firstSequence: sequence, lastSequence: sequence + frames }),
          );
          sequence += frames + 1;
        }
        const counted = given.reduce((sum, { records }) => sum + records, 0);
        const { records } = given.at(-1)!;
        const expected = {
          last: first + given.length - 1,
          records: counted,
          firstSequence: 40,
          next: records > 0 ? sequence : sequence - 1,
          firstAt: 1_040,
          lastAt: 1_000 + sequence - 1,
        };
        const factsOf = ({ last, records: all, firstSequence, next, firstAt, lastAt }: Segment) => ({
          ...{ last, records: all, firstSequence, next, firstAt, lastAt },
        });
        assert.deepEqual(factsOf(segment), expected);
        assert.equal(segment.isEmpty, false);
        assert.equal(
          segment.isDropped,
          given.every(({ kind }) => kind === 'dropped'),
        );
        // Its own sum is no entry of it.
        const sum = decodeHead(encodeHead(segment.sum), 0)!;
        segment.count(sum);
        assert.deepEqual(factsOf(segment), expected);
        const again = new Segment(first, 'a');
        again.sumUp(sum);
        assert.deepEqual(factsOf(again), expected);
      }),
    );
  });
});

function headOf(facts: Pick<EntryHead, 'kind' | 'page' | 'records' | 'firstSequence' | 'lastSequence'>): EntryHead {
  const { firstSequence, lastSequence } = facts;
  return {
    ...{ bodyLength: 0, factsLength: 0, contentCrc: 0, firstAt: 1_000 + firstSequence, lastAt: 1_000 + lastSequence },
    ...facts,
  };
}
