import fc from 'fast-check';
import type { ManifestEntry } from '../../lib/manifest/manifest-entry.js';

const name = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const perhaps = fc.option(fc.maxSafeNat(), { nil: undefined });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const sum = fc.record({ count: fc.nat(), ms: fc.nat(), missing: fc.nat() }, { noNullPrototype: true });

/** Whatever a manifest can tell. */
export const anyEntry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record(
    {
      event: fc.constant('sealed' as const),
      path,
      records: fc.maxSafeNat(),
      bytes: fc.maxSafeNat(),
      sha256: hash,
      firstSequence: perhaps,
      lastSequence: perhaps,
      firstReceivedAt: perhaps,
      lastReceivedAt: perhaps,
      gaps: sum,
    },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      event: fc.constant('removed' as const),
      path,
      at: fc.maxSafeNat(),
      limit: fc.constantFrom('bytes', 'age', 'files'),
    },
    { noNullPrototype: true },
  ),
);
