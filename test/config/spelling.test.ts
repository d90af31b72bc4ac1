import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../lib/config/durations.js';
import { codeNameOf, isDuration } from '../../lib/config/fields/code-name.js';
import { fieldsOf } from '../../lib/config/fields/option-surface.js';
import { OPTION_TABLES, SOURCE_OPTIONS } from '../../lib/config/fields/option-tables.js';
import { resolveCodeConfig, resolveSourceConfig } from '../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { ConfigError } from '../../lib/errors.js';
import { sinkKinds } from '../../lib/feed/sinks.js';
import type { JsonSchema } from '../../lib/internal/json-schema.js';
import { keyOf } from '../../lib/internal/options/key.js';
import type { Form, OptionTable } from '../../lib/internal/options/option.js';

const url = 'wss://example.com/feed';

test('a key has the name in code that its option has, at every depth', () => {
  const sinks = Object.values(sinkKinds).map(({ keys }) => keys);
  const tables = [...Object.values(OPTION_TABLES).map(({ table }) => table), ...sinks].flatMap(withInner);
  for (const table of tables) {
    const fields: Readonly<Record<string, JsonSchema>> = fieldsOf(table);
    for (const name of Object.keys(table)) assert.equal(codeNameOf(keyOf(name), fields[keyOf(name)]!), name);
  }
  assert.ok(tables.length > 15, String(tables.length));
});

for (const [key, schema] of Object.entries(sourceConfigSchema.properties)) {
  if (key === 'url' || key === 'urls' || schema.examples === undefined) continue;
  test(`${key} means the same in either spelling`, () => {
    for (const example of schema.examples!) {
      const beside = { url, unbounded: true, ...BESIDE[key] };
      const { [key]: _, ...others } = beside as Record<string, unknown>;
      assert.deepEqual(
        resolveCodeConfig({ ...others, ...(inCode({ [key]: example }, sourceConfigSchema.properties) as object) }, {}),
        resolveSourceConfig({ ...others, [key]: example }),
      );
    }
  });
}

test('what stands below a type has both spellings, too, and what a user names has its own', () => {
  const { auth, transforms, headers } = resolveCodeConfig(
    {
      url,
      unbounded: true,
      headers: { idleTimeoutMs: 'x' },
      auth: {
        type: 'oauth2_refresh',
        config: {
          ...{ tokenUrl: 'https://x.example', client_id: 'me', clientSecret: 's', refreshToken: 'r' },
          ...{ expiryMarginMs: 1500, params: { maxMessages: '1' }, persist: { path: './tokens' } },
        },
      },
      transforms: [
        { type: 'explode', config: { path: 'x', onMissing: 'drop' } },
        { type: 'set', config: { values: { onMissing: 1 } } },
      ],
    },
    {},
  );
  assert.deepEqual(auth, {
    type: 'oauth2_refresh',
    config: {
      ...{ token_url: 'https://x.example', client_id: 'me', client_secret: 's', refresh_token: 'r' },
      ...{ expiry_margin: 1.5, params: { maxMessages: '1' }, persist: { path: './tokens' } },
    },
  });
  assert.deepEqual(transforms, [
    { type: 'explode', config: { path: 'x', on_missing: 'drop' } },
    { type: 'set', config: { values: { onMissing: 1 } } },
  ]);
  assert.deepEqual(headers, { idleTimeoutMs: 'x' });
});

for (const [config, ...problems] of [
  [
    { idle_timeout: 30, idleTimeoutMs: 30_000 },
    'idleTimeoutMs: It is another spelling of `idle_timeout`, which is there, too. Remove one of the two.',
  ],
  [
    { heartbeat: { message: 'x', intervalMs: 1, interval: 1 }, unbounded: true },
    'heartbeat.interval: It is another spelling of `intervalMs`, which is there, too. Remove one of the two.',
  ],
  [{ idleTimeoutMs: '30s' }, 'idleTimeoutMs: Expected a finite number of milliseconds of at least 1.'],
  [{ idleTimeoutMs: Number.NaN }, 'idleTimeoutMs: Expected a finite number of milliseconds of at least 1.'],
  [
    { lingerMs: 'off', unbounded: true },
    "lingerMs: Expected a finite number of milliseconds of at least 1, or 'none'.",
  ],
  [
    { reconnectBackoff: '5s', unbounded: true },
    'reconnectBackoff: Expected a finite number of milliseconds of at least 0.',
  ],
  [{ maxMessages: -1 }, 'maxMessages: Expected a whole number of at least 1, but found -1.'],
  [{ max_messages: -1 }, 'max_messages: Expected a whole number of at least 1, but found -1.'],
  [
    { unbounded: true, heartbeat: { message: 'x', intervalMs: 1, timeOut: 2 } },
    'heartbeat.timeOut: There is no such key. Did you mean `timeout`?',
  ],
  [
    { unbounded: true, pongTimeoutMs: 5 },
    'pongTimeoutMs: Without `ping_interval` there is no pong to wait for. Set it, too.',
  ],
  [{ idleTimeout: 5, max_messages: 1 }, 'idleTimeout: There is no such key. Did you mean `idle_timeout`?'],
  [
    { unbounded: true, transforms: [{ type: 'explode', config: { path: 'x', onMissing: 'no' } }] },
    'transforms[0].config.onMissing: Expected one of `passthrough`, `drop`, `error`, but found the text "no".',
  ],
] as const) {
  test(`${JSON.stringify(config)} is refused by the names that were given`, () => {
    assert.throws(
      () => resolveCodeConfig({ url, ...config }, {}),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.message.split('\n'), problems);
        return true;
      },
    );
  });
}

test('an explicit undefined means the default, also beside the other spelling', () => {
  const { idleTimeoutMs } = resolveCodeConfig({ url, idle_timeout: undefined, idleTimeoutMs: 5 }, {});
  assert.equal(idleTimeoutMs, 5);
});

test('a configuration is not changed, and one that is none is told as that', () => {
  const config = Object.freeze({ url, unbounded: true, tls: Object.freeze({ rejectUnauthorized: false }) });
  assert.deepEqual(resolveCodeConfig(config, {}).reach.tls, { rejectUnauthorized: false });
  for (const odd of [undefined, null, 'x', [1]]) assert.throws(() => resolveCodeConfig(odd, {}), ConfigError);
});

test('what files alone say is refused in the spelling of code, which names that of files', () => {
  const message = (config: object) => {
    try {
      return String(resolveSourceConfig({ url, ...config }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(
    message({ unbounded: true, idleTimeoutMs: 30_000 }),
    'idleTimeoutMs: There is no such key. Did you mean `idle_timeout`, in seconds or as text such as "500ms" or "30s"?',
  );
  assert.equal(
    message({ unbounded: true, tls: { minVersion: 'TLSv1.3' } }),
    'tls.minVersion: There is no such key. Did you mean `min_version`?',
  );
});

/** A table, and those of objects in it. */
function withInner(table: OptionTable): OptionTable[] {
  return [table, ...Object.values(table).flatMap(({ form }) => innerTables(form))];
}

function innerTables(form: Form): OptionTable[] {
  if (form.kind === 'either') return form.forms.flatMap(innerTables);
  if (form.kind === 'list') return innerTables(form.item);
  return form.kind === 'shape' ? withInner(form.table) : [];
}

/** A value as code spells it. */
function inCode(value: unknown, known: Readonly<Record<string, JsonSchema | boolean>> | undefined): unknown {
  if (typeof value !== 'object' || value === null || known === undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => {
      const schema = (known[key] ?? {}) as JsonSchema;
      const isTime = isDuration(schema) && typeof member !== 'object' && member !== 'none';
      if (isTime) return [codeNameOf(key, schema), parseDuration(member as string)];
      const { items } = schema;
      const inner = Array.isArray(member)
        ? member.map((item) => inCode(item, items?.properties))
        : inCode(member, schema.properties);
      return [codeNameOf(key, schema), inner];
    }),
  );
}

/** What has to stand beside some keys. */
const BESIDE: Readonly<Record<string, object>> = {
  backfill: { sequence: { path: 'id' } },
  pong_timeout: { ping_interval: 1 },
  utf8: { message_format: 'raw_string' },
  require_protocol: { protocols: ['a'] },
  rotation_jitter: { max_connection_age: '1h' },
};

assert.ok(Object.keys(SOURCE_OPTIONS).length > 50);
