import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeEntries, encodeEntry, type LedgerEntry } from '../../lib/state/ledger-entry.js';

const file = fc.record(
  {
    path: fc.string({ unit: 'binary', minLength: 1 }),
    start: fc.maxSafeNat(),
    end: fc.maxSafeNat(),
    crc: fc.nat(2 ** 32 - 1),
    whole: fc.nat(2 ** 32 - 1),
    facts: fc.record({ records: fc.nat() }, { noNullPrototype: true }),
  },
  { requiredKeys: ['path', 'start', 'end', 'crc', 'whole'], noNullPrototype: true },
);
const entry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    page: fc.maxSafeNat(),
    next: fc.maxSafeNat(),
    receivedAt: fc.maxSafeNat(),
    records: fc.nat(),
    files: fc.array(file, { minLength: 1 }),
    sealed: fc.array(fc.string(), { minLength: 1 }),
    isDurable: fc.constant(true as const),
  },
  { requiredKeys: ['page', 'next', 'receivedAt', 'records'], noNullPrototype: true },
);

describe('the entries of a ledger', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const bytes = Buffer.concat(entries.map(encodeEntry));
        assert.deepEqual(decodeEntries(bytes), { entries, damagedBytes: 0, tornBytes: 0 });
      }),
    );
  });

  it('are read up to where the ledger was cut', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
        const encoded = entries.map(encodeEntry);
        const bytes = Buffer.concat(encoded);
        const cut = Math.floor(share * bytes.length);
        let whole = 0;
        let end = 0;
        while (whole < encoded.length && end + encoded[whole]!.length <= cut) end += encoded[whole++]!.length;
        assert.deepEqual(decodeEntries(bytes.subarray(0, cut)), {
          entries: entries.slice(0, whole),
          damagedBytes: 0,
          tornBytes: cut - end,
        });
      }),
    );
  });

  it('are read in front of and behind those that are damaged', () => {
    fc.assert(
      fc.property(fc.tuple(entry, entry, entry), fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, at, flip) => {
        const [first, second, third] = entries.map(encodeEntry) as [Buffer, Buffer, Buffer];
        const index = at % second.length;
        second[index]! ^= flip;
        const found = decodeEntries(Buffer.concat([first, second, third]));
        assert.deepEqual(found.entries, [entries[0], entries[2]]);
        assert.equal(found.damagedBytes, second.length);
      }),
    );
  });

  it('are none in other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.deepEqual(decodeEntries(Buffer.from(bytes)), {
          entries: [],
          damagedBytes: 0,
          tornBytes: bytes.length,
        });
      }),
    );
  });
});
