import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError, WebSocketReadable } from '../../lib/index.js';

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

test('what makes no sense is refused, with where it stands', () => {
  const refused = (config: object, pattern: RegExp): void =>
    assert.throws(
      () => resolveSourceConfig({ ...base, ...config }),
      (error) => error instanceof ConfigError && pattern.test(error.message),
      JSON.stringify(config),
    );
  refused({ decompress: 'zip' }, /decompress/);
  refused({ gaps: 'none' }, /gaps/);
  refused({ sequence: { key: 's' } }, /sequence\.path/);
  refused({ sequence: { path: 'a..b' } }, /sequence\.path/);
  refused({ sequence: { path: 'a', step: 0 } }, /sequence\.step/);
  refused({ dedupe: { by: 'id', window: 1 } }, /dedupe\.by/);
  refused({ dedupe: { by: [], window: 1 } }, /dedupe\.by/);
  refused({ dedupe: { by: ['id'] } }, /dedupe\.window/);
  refused({ dedupe: { by: ['id'], window: '0.1ms' } }, /dedupe\.window.*at least 1 ms/);
  refused({ overflow: 'drop' }, /overflow/);
  refused({ overflow: { latest_by: 'a..b' } }, /overflow/);
  refused({ overflow: { latest_by: 'a' }, message_format: 'raw_string' }, /overflow.*`message_format: raw_string`/);
  refused({ max_buffered_frames: 0 }, /max_buffered_frames/);
  refused({ sequence: { path: 'a' }, split: 'lines' }, /sequence.*`split: lines`/);
  refused({ dedupe: { by: ['id'], window: 1 }, message_format: 'binary' }, /dedupe.*`message_format: binary`/);
});

test('the stream class refuses the same, at construction', () => {
  const refused = (options: object, pattern: RegExp): void =>
    assert.throws(
      () => new WebSocketReadable(base.url, options),
      (error) => error instanceof ConfigError && pattern.test(error.message),
      JSON.stringify(options),
    );
  refused({ gaps: 'none' }, /WebSocketReadable\.gaps/);
  refused({ sequence: { path: 'a..b' } }, /WebSocketReadable\.sequence/);
  refused({ sequence: { path: 'a', steps: 1 } }, /WebSocketReadable\.sequence/);
  refused({ dedupe: { by: [], windowMs: 1 } }, /WebSocketReadable\.dedupe/);
  refused({ overflow: 'drop' }, /WebSocketReadable\.overflow/);
  refused({ overflow: { latestBy: 'a', x: 1 } }, /WebSocketReadable\.overflow/);
  refused({ dedupe: { by: 'content' } }, /WebSocketReadable\.dedupe/);
});
