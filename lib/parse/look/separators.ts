import type { Split } from '../../internal/split.js';

/** What stands between the records of a frame, in some feeds. */
export const SEPARATORS: readonly {
  readonly separator: string;
  readonly split: Split;
  /** What such a frame holds, for people. */
  readonly holds: string;
}[] = [
  { separator: '\n', split: 'lines', holds: 'many lines of JSON' },
  { separator: '\u001e', split: { on: '\u001e' }, holds: 'JSON texts with U+001E between them' },
  { separator: '\0', split: { on: '\0' }, holds: 'JSON texts with NUL between them' },
  { separator: '\r', split: { on: '\r' }, holds: 'JSON texts with a carriage return between them' },
];
