import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineText } from '../../../lib/cli/capture/pipeline-text.js';

test('what holds something is in lines of its own, and what is empty on one', () => {
  const source = { url: 'ws://x', headers: { Origin: 'a' }, record_schema: {}, unbounded: true };
  const text = pipelineText({ source, sink: { type: 'stdout', config: {} } }, {}, []);
  assert.equal(
    text,
    `# Run it: spillway run FILE
version: 1
pipeline:
  source:
    type: websocket
    config:
      url: ws://x
      headers:
        Origin: a
      record_schema: {}
      unbounded: true
  sink:
    type: stdout
    config: {}
`,
  );
});
