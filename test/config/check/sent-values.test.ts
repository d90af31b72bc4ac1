import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filledConfig } from '../../../lib/cli/capture/flag-config.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';

const N = '$' + '{env:N}';
const DEFAULT = '$' + '{env:UNSET:-a default}';

const CASES: readonly (readonly [title: string, config: object, N: string, expected: readonly string[]])[] = [
  ['A message', { subscribe_messages: [`{"a":"${N}-${DEFAULT}"}`] }, 'value', ['value']],
  ['A step', { subscribe: [{ send: N, expect: { path: 'a', equals: N } }] }, 'value', ['value']],
  ['A heartbeat', { heartbeat: { interval: 1, message: `x${N}` } }, 'value', ['value']],
  ['A reply', { reply: [{ match: { text: 'a' }, send: `x${N}` }] }, 'value', ['value']],
  ['A header', { headers: { 'X-Place': N } }, 'value', ['value']],
  ['A path', { url: `wss://example.com/${N}` }, 'value', ['value']],
  ['A host is none', { url: `wss://${N}.com/feed` }, 'example', []],
  ['A whole address is none', { url: N }, 'wss://example.com/feed', []],
  ['What is not sent is none', { records_path: N }, 'value', []],
];

for (const [title, given, value, expected] of CASES) {
  const config = { url: 'wss://example.com', unbounded: true, ...given };
  const env = { N: value };

  test(`${title}: what the environment gave to a pipeline file`, () => {
    const sink = { type: 'jsonl', config: { path: 'out.jsonl' } };
    const file = { version: 1, pipeline: { source: { type: 'websocket', config }, sink } };
    assert.deepEqual(parsePipelineText(JSON.stringify(file), { env }).secrets, expected);
  });

  test(`${title}: what the environment gave to flags`, () => {
    assert.deepEqual(filledConfig(config, { env }).secrets, expected);
  });
}

test('What an alias repeats counts where it is sent', () => {
  const text = `version: 1
name: &n ${N}
pipeline:
  source: { type: websocket, config: { url: wss://example.com, unbounded: true, headers: { X-Place: *n } } }
  sink: { type: jsonl, config: { path: out.jsonl } }`;
  assert.deepEqual(parsePipelineText(text, { env: { N: 'value' } }).secrets, ['value']);
});
