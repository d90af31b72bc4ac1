import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { resolveSink } from '../../lib/feed/sink-config.js';
import { createSource } from '../../lib/index.js';
import { csvSinkSchema } from '../../lib/sink/csv/kind.js';
import { jsonlSinkSchema } from '../../lib/sink/file/kind.js';
import { stdoutSinkSchema } from '../../lib/sink/stdout/kind.js';

const minimal = { url: 'wss://example.com', unbounded: true };

test('What the schema and the tables of the pages call a default is what a key that is left out means', () => {
  const defaults = Object.entries(sourceConfigSchema.properties as Record<string, { readonly default?: unknown }>)
    .filter(([key, schema]) => 'default' in schema && key !== 'unbounded')
    .map(([key, schema]) => [key, schema.default] as const);
  assert.ok(defaults.length > 25, `${defaults.length}`);
  for (const [key, value] of defaults) {
    assert.deepEqual(resolveSourceConfig({ ...minimal, [key]: value }), resolveSourceConfig(minimal), key);
  }
});

test('A source has the schema of its configuration', () => {
  assert.equal(createSource(minimal).configSchema, sourceConfigSchema);
});

for (const [type, schema, required] of [
  ['csv', csvSinkSchema, { path: 'x', columns: ['a'] }],
  ['jsonl', jsonlSinkSchema, { path: 'x' }],
  ['stdout', stdoutSinkSchema, {}],
] as const) {
  test(`The same holds for the sink ${type}`, () => {
    for (const [key, { default: value }] of Object.entries(
      schema.properties as Record<string, { default?: unknown }>,
    )) {
      if (value === undefined) continue;
      assert.deepEqual(resolveSink(type, { ...required, [key]: value }), resolveSink(type, required), key);
    }
  });
}
