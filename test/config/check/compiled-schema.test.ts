import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { resolveSourceConfig } from '../../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../../lib/config/source-schema.js';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';
import { pipelineFileSchema } from '../../../lib/feed/pipeline-schema.js';
import { sinkKinds } from '../../../lib/feed/sinks.js';
import { ROOT } from '../../support/readme.js';

const built = (path: string) => import(pathToFileURL(join(ROOT, 'build', path)).href);

/** Something of every kind: each field takes some of them and refuses the others. */
const VALUES = [null, 0, 1, -1, 1.5, 1e300, '', 'x', '5s', 'none', true, [], ['x'], [1], {}, { x: 1 }];

test('what is built says the same of a source as its schema does, value by value', async () => {
  const { resolveSourceConfig: resolveBuilt } = await built('config/source-config.js');
  const fields = [...Object.keys(sourceConfigSchema.properties), 'unknown_field'];
  const configs = fields.flatMap((field) =>
    VALUES.map((value) => ({ url: 'ws://x', max_messages: 1, [field]: value })),
  );
  const refused = sayTheSame([...configs, ...AUTHS.map(withAuth), {}, [], null, { url: 'ws://x' }], {
    here: (config) => resolveSourceConfig(config),
    built: (config) => resolveBuilt(config),
  });
  assert.ok(refused > fields.length);
});

test('what is built says the same of a pipeline file as its schema does, value by value', async () => {
  const { parsePipelineText: parseBuilt } = await built('feed/pipeline-file.js');
  const sinks = Object.entries(sinkKinds).flatMap(([type, { schema }]) =>
    [...Object.keys(schema.properties), 'unknown_field'].flatMap((field) =>
      VALUES.map((value) => ({ type, config: { path: 'x', [field]: value } })),
    ),
  );
  const source = { type: 'websocket', config: { url: 'ws://x', max_messages: 1 } };
  const files = [
    ...sinks.map((sink) => ({ version: 1, pipeline: { source, sink } })),
    ...AUTHS.map((auth) => ({ version: 1, auth: { a: auth }, pipeline: { source, sink: { type: 'stdout' } } })),
    ...VALUES.flatMap((value) => [{ version: value }, { version: 1, pipeline: value }, value]),
  ];
  const refused = sayTheSame(files, {
    here: (file) => parsePipelineText(JSON.stringify(file)),
    built: (file) => parseBuilt(JSON.stringify(file)),
  });
  assert.ok(refused > sinks.length / 2);
});

test('what is built has nothing to compile when it starts', () => {
  const code = readFileSync(join(ROOT, 'build/config/check/compiled-schema.js'), 'utf8');
  assert.doesNotMatch(code, /\brequire\(|dist\/2020/);
  assert.ok(code.length > JSON.stringify(pipelineFileSchema).length);
});

/** Throws unless both say the same of every value; how many were refused. */
function sayTheSame(
  values: readonly unknown[],
  { here, built }: Record<'here' | 'built', (value: unknown) => unknown>,
): number {
  let refused = 0;
  for (const value of values) {
    const expected = outcome(here, value);
    assert.deepEqual(
      outcome(built, value),
      expected,
      `${JSON.stringify(value)}. Is what is built older? \`npm run build\``,
    );
    if ('problems' in expected) refused += 1;
  }
  return refused;
}

function outcome(resolve: (value: unknown) => unknown, value: unknown): { resolved: unknown } | { problems: unknown } {
  try {
    return { resolved: resolve(value) };
  } catch (error) {
    // Each has an error class of its own.
    assert.equal((error as Error).name, ConfigError.name, String(error));
    return { problems: (error as ConfigError).problems };
  }
}

function withAuth(auth: unknown): object {
  return { url: 'ws://x', max_messages: 1, auth };
}

const AUTHS = [
  { type: 'none' },
  { type: 'bearer', config: { token: 't' } },
  { type: 'bearer', config: { token: 1 } },
  { type: 'bearer' },
  { type: 'basic', config: { username: 'u', password: 'p' } },
  { type: 'basic', config: { username: 'u' } },
  { type: 'custom', config: { headers: { a: 'b' } } },
  { type: 'custom', config: { headers: { a: 1 } } },
  { type: 'token_file', config: { path: 'x', scheme: 'y' } },
  { type: 'static', config: { token: 't' } },
  { type: 'nothing_known' },
  { ref: 'a' },
  { ref: 'a', type: 'none' },
];
