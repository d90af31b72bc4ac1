import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewound } from '../../../lib/connect/resume/rewound.js';

for (const [text, ms, expected] of [
  ['1767225600', 1, '1767225599'],
  ['1767225600', 5_000, '1767225595'],
  ['1767225600123', 123, '1767225600000'],
  ['1767225600123456', 5_000, '1767225595123456'],
  ['1767225600123456789', 1, '1767225600122456789'],
  ['2026-01-01T00:00:00Z', 1, '2025-12-31T23:59:59.999Z'],
  ['2026-01-01T01:00:00.500+01:00', 500, '2026-01-01T00:00:00.000Z'],
  ['42', 1, undefined],
  ['abc', 1, undefined],
  ['2026-01-01', 1, undefined],
] as const) {
  test(`${text} is ${expected ?? 'no time'}, ${ms} ms earlier`, () => {
    assert.equal(rewound(text, ms), expected);
  });
}
