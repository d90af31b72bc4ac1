import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError, WebSocketReadable } from '../../lib/index.js';
import { pathProblem } from '../../lib/json/field.js';
import { refuses } from '../support/refusals.js';

const EXPECTED_PATH =
  'Expected a path of at most 1000 characters, such as `price`, `data.price` or `$.data.trades[0].price`, but found';
const EXPECTED_BY = 'Expected `content`, or a list of 1 to 20 paths such as `data.id`, but found';
const EXPECTED_OVERFLOW =
  'Expected `block`, `drop_oldest`, `drop_newest`, or `latest_by` with a path such as `data.symbol`, but found';
const noText = (key: string, other: string): string =>
  `\`${key}\` looks into frames that are one JSON text each, so it does not go with \`${other}\`.`;

const base = { url: 'ws://127.0.0.1:1', unbounded: true };

test('what is given in seconds and snake_case comes out in milliseconds, with every default', () => {
  assert.deepEqual(resolveSourceConfig(base).intake, {
    decompress: undefined,
    gaps: 'events',
    sequence: undefined,
    dedupe: undefined,
    overflow: 'block',
    maxBufferedFrames: 100_000,
  });
  const { intake } = resolveSourceConfig({
    ...base,
    decompress: 'auto',
    gaps: 'records',
    sequence: { path: 'data.u', key: 'data.s', step: 2 },
    dedupe: { by: ['s', 'id'], window: '10s' },
    overflow: { latest_by: 's' },
    max_buffered_frames: 5,
  });
  assert.deepEqual(intake, {
    decompress: 'auto',
    gaps: 'records',
    sequence: { path: 'data.u', key: 'data.s', step: 2 },
    dedupe: { by: ['s', 'id'], windowMs: 10_000 },
    overflow: { latestBy: 's' },
    maxBufferedFrames: 5,
  });
});

refuses([
  [
    { decompress: 'zip' },
    'decompress',
    'Expected one of `gzip`, `deflate`, `deflate_raw`, `brotli`, `zstd`, `auto`, but found the text "zip".',
  ],
  [{ gaps: 'none' }, 'gaps', 'Expected one of `events`, `records`, but found the text "none".'],
  [{ sequence: { key: 's' } }, 'sequence.path', 'The key `path` is required here, but missing.'],
  [{ sequence: { path: 'a..b' } }, 'sequence.path', pathProblem('a..b')!],
  [{ sequence: { path: 'a', step: 0 } }, 'sequence.step', 'Expected a whole number of at least 1, but found 0.'],
  [{ dedupe: { by: 'id', window: 1 } }, 'dedupe.by', `${EXPECTED_BY} the text "id".`],
  [{ dedupe: { by: [], window: 1 } }, 'dedupe.by', `${EXPECTED_BY} an empty list.`],
  [{ dedupe: { by: {}, window: 1 } }, 'dedupe.by', `${EXPECTED_BY} an object.`],
  [{ dedupe: { by: ['id', 7], window: 1 } }, 'dedupe.by[1]', `${EXPECTED_PATH} 7. Put it in quotes: "7".`],
  [{ dedupe: { by: ['id'] } }, 'dedupe.window', 'The key `window` is required here, but missing.'],
  [
    { dedupe: { by: ['id'], window: '0.1ms' } },
    'dedupe.window',
    'Expected a duration of at least 1 ms, but found a shorter one.',
  ],
  [{ overflow: 'drop' }, 'overflow', `${EXPECTED_OVERFLOW} the text "drop".`],
  [{ overflow: 7 }, 'overflow', `${EXPECTED_OVERFLOW} 7.`],
  [{ overflow: {} }, 'overflow.latest_by', 'The key `latest_by` is required here, but missing.'],
  [{ overflow: { latestBy: 's' } }, 'overflow.latestBy', 'There is no such key. Did you mean `latest_by`?'],
  [{ overflow: { latest_by: 'a..b' } }, 'overflow.latest_by', pathProblem('a..b')!],
  [{ overflow: { latest_by: '' } }, 'overflow.latest_by', `${EXPECTED_PATH} empty text.`],
  [{ max_buffered_frames: 0 }, 'max_buffered_frames', 'Expected a whole number of at least 1, but found 0.'],
  [
    { overflow: { latest_by: 'a' }, message_format: 'raw_string' },
    'overflow',
    noText('overflow', 'message_format: raw_string'),
  ],
  [{ sequence: { path: 'a' }, split: 'lines' }, 'sequence', noText('sequence', 'split')],
  [{ dedupe: { by: ['a'], window: 1 }, split: { on: '\0' } }, 'dedupe', noText('dedupe', 'split')],
  [
    { dedupe: { by: ['id'], window: 1 }, message_format: 'binary' },
    'dedupe',
    noText('dedupe', 'message_format: binary'),
  ],
]);

test('the stream class refuses the same, at construction', () => {
  const refused = (options: object, pattern: RegExp): void =>
    assert.throws(
      () => new WebSocketReadable(base.url, options),
      (error) => error instanceof ConfigError && pattern.test(error.message),
      JSON.stringify(options),
    );
  refused({ gaps: 'none' }, /WebSocketReadable\.gaps/);
  refused({ sequence: { path: 'a..b' } }, /WebSocketReadable\.sequence\.path: The path "a\.\.b" cannot be read/);
  refused({ sequence: { path: 'a', key: '$x' } }, /WebSocketReadable\.sequence\.key: The path "\$x" cannot be read/);
  refused({ dedupe: { by: ['a', 'b.'], windowMs: 1 } }, /WebSocketReadable\.dedupe\.by\[1\]: The path "b\."/);
  refused({ overflow: { latestBy: 'a[' } }, /WebSocketReadable\.overflow\.latestBy: The path "a\["/);
  refused({ sequence: { path: 'a', steps: 1 } }, /WebSocketReadable\.sequence/);
  refused({ dedupe: { by: [], windowMs: 1 } }, /WebSocketReadable\.dedupe/);
  refused({ overflow: 'drop' }, /WebSocketReadable\.overflow/);
  refused({ overflow: { latestBy: '' } }, /WebSocketReadable\.overflow/);
  refused({ overflow: { latestBy: 'a', x: 1 } }, /WebSocketReadable\.overflow/);
  refused({ dedupe: { by: 'content' } }, /WebSocketReadable\.dedupe/);
});
