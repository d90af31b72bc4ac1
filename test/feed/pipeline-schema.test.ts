import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import type { SourceConfig } from '../../lib/config/source-settings.js';
import { pipelineFileSchema } from '../../lib/feed/pipeline-schema.js';
import { sinkKinds } from '../../lib/feed/sinks.js';
import { freshSchema, SCHEMA_GOLDEN } from '../support/schema-golden.js';

interface Documented {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** What else a field needs to make sense. */
const NEEDED: Readonly<Record<string, object>> = {
  require_protocol: { protocols: ['v1'] },
  utf8: { message_format: 'raw_string' },
  backfill: { sequence: { path: 'id' } },
  tls: { url: 'wss://x' },
  pong_timeout: { ping_interval: 20 },
  rotation_jitter: { max_connection_age: '1h' },
  urls: { url: undefined },
};
const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, allErrors: true });
const fields = Object.entries<Documented>(sourceConfigSchema.properties);

test('The schema is as it is written down, so that what editors show and check changes only where somebody looks', () => {
  const written = readFileSync(SCHEMA_GOLDEN, 'utf8');
  assert.equal(freshSchema(), written, 'Run `npm run readme`, and look at what has changed.');
});

for (const [name, schema] of Object.entries({ sourceConfigSchema, pipelineFileSchema })) {
  test(`${name} is a valid JSON Schema of draft 2020-12`, () => {
    assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
    ajv.compile(schema);
  });
}

for (const [owner, properties] of [
  ['source', sourceConfigSchema.properties],
  ['file', pipelineFileSchema.properties],
  ...Object.entries(sinkKinds).map(([type, kind]) => [`${type} sink`, kind.schema.properties] as const),
] as const) {
  test(`Every key of the ${owner} has a title, a description and examples`, () => {
    for (const [key, schema] of Object.entries<Documented>(properties)) {
      if (owner === 'file' && key === 'pipeline') continue;
      assert.ok(schema.title, key);
      assert.match(schema.description ?? '', /\.$/, key);
      assert.ok((schema.examples?.length ?? 0) > 0, key);
    }
  });
}

test('Every key of a pipeline file, however deep, has a description for editors', () => {
  const missing: string[] = [];
  const walk = (schema: unknown, path: string, isKey: boolean): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [word, inner] of Object.entries(schema)) {
      if (isKey && !CONDITION.test(path) && typeof inner === 'object' && !('description' in inner || '$ref' in inner))
        missing.push(`${path}/${word}`);
      // Examples and defaults are values, not schemas.
      if (isKey || !['examples', 'default'].includes(word))
        walk(inner, `${path}/${word}`, !isKey && word === 'properties');
    }
  };
  walk(pipelineFileSchema, '', false);
  assert.deepEqual(missing, []);
});

for (const [field, schema] of fields) {
  test(`Each example of \`${field}\`, and its default, is accepted`, () => {
    for (const value of [...(schema.examples ?? []), ...('default' in schema ? [schema.default] : [])]) {
      resolveSourceConfig({ url: 'ws://x', max_messages: 1, ...NEEDED[field], [field]: value });
    }
  });
}

test('The schema and the type SourceConfig have the same keys', () => {
  // Compiles only while each key of the one is a key of the other.
  const keys: Record<keyof SourceConfig, unknown> = sourceConfigSchema.properties;
  const back: Record<keyof typeof sourceConfigSchema.properties, unknown> = {} as Required<SourceConfig>;
  assert.ok(Object.keys(keys).length > 0);
  assert.ok(back);
});

test('The schema by itself says that a run needs an end, so that an editor can tell', () => {
  const validate = ajv.compile({ ...sourceConfigSchema, $id: 'alone' });
  assert.equal(validate({ url: 'ws://x' }), false);
  assert.equal(validate({ url: 'ws://x', unbounded: false }), false);
  assert.equal(validate({ url: 'ws://x', unbounded: true }), true);
  assert.equal(validate({ url: 'ws://x', idle_timeout: '5m' }), true);
});

/** There, keys are only looked at, or stand for what was described elsewhere. */
const CONDITION = /\/(if|then|else|anyOf\/\d+)\/properties$/;
