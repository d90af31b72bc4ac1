import assert from 'node:assert/strict';
import { it } from 'node:test';
import { window } from '../../lib/index.js';

const parts = { init: () => 0, add: () => undefined, result: () => 1 };

for (const [options, message] of [
  [{}, /^window: A window has a length or a number of records: give one of `everyMs` and `size`/],
  [{ everyMs: 1, size: 1 }, /^window: A window has a length or a number of records/],
  [{ everyMs: 0 }, /^window\.everyMs: Expected a whole number from 1 to \d+, got 0/],
  [{ everyMs: 0.5 }, /^window\.everyMs: Expected a whole number/],
  [{ size: 0 }, /^window\.size: Expected a whole number of at least 1, got 0/],
  [{ size: 1, latenessMs: 1 }, /^window\.latenessMs: A window of so many records waits for no late one/],
  [
    { everyMs: 1, latenessMs: -1 },
    /^window\.latenessMs: Expected a finite number of milliseconds of at least 0, got -1/,
  ],
  [
    { everyMs: 1, by: 5 },
    /^window\.by: Expected a path such as "data\.symbol", or an array of keys and indices, or a function/,
  ],
  [{ everyMs: 1, by: 'a..b' }, /^window\.by: The path "a\.\.b" cannot be read/],
  [{ everyMs: 1, on: '[' }, /^window\.on: The path "\[" cannot be read/],
  [{ everyMs: 1, unit: 's' }, /^window\.unit: It says what the time in a record counts: give the path to it as `on`/],
  [{ everyMs: 1, on: 't', unit: 'h' }, /^window\.unit: Expected one of 's', 'ms', 'us', 'ns', 'iso8601', got "h"/],
  [{ everyMs: 1, maxWindows: 0 }, /^window\.maxWindows: Expected a whole number of at least 1, got 0/],
  [
    { everyMs: 1, onLate: 'divert' },
    /^window\.deadLetter: `'divert'`, as `onLate` or `onError`, and a `deadLetter` stream go together/,
  ],
  [{ everyMs: 1, everMs: 2 }, /^window\.everMs: There is no such key\. Did you mean `everyMs`\?/],
  [null, /^window: Expected an object of options, got null/],
] as const) {
  it(`window(${JSON.stringify(options)}) is refused`, () => {
    assert.throws(() => window(options as never, parts), { code: 'ERR_CONFIG', message });
  });
}

for (const [aggregate, message] of [
  [undefined, /^window: Expected a function of messages, or \{ init, add, result \}, got undefined/],
  [{ ...parts, add: 1 }, /^window\.add: Expected a function, got 1/],
  [{ init: parts.init, add: parts.add }, /^window\.result: Expected a function, got undefined/],
  [{ ...parts, reset: parts.init }, /^window\.reset: There is no such key/],
] as const) {
  it(`an aggregate ${String(message)} is refused`, () => {
    assert.throws(() => window({ size: 1 }, aggregate as never), { code: 'ERR_CONFIG', message });
  });
}
