import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../lib/config/check/schema-check.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { keysShown, keyTable, withKeyTables } from '../support/key-table.js';

test('a table has one row a key, in the order that was asked for, with four cells each', () => {
  const names = Object.keys(sourceConfigSchema.properties).toReversed();
  const rows = keyTable(sourceConfigSchema.properties, { names, inShort: true }).split('\n').slice(2);
  assert.deepEqual(
    rows.map((row) => /^\| `([a-z0-9_]+)` \|/.exec(row)?.[1]),
    names,
  );
  for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g)?.length, 5, row);
});

for (const start of [
  '| `url` | string | required, or `urls` | ',
  '| `urls` | string[] | none | ',
  '| `auth` | `{type, config}` or `{ref}` | none | ',
  '| `subscribe_messages` | string[] | `[]` | ',
  '| `message_format` | `json`, `raw_string`, `binary` | `json` | ',
  '| `on_parse_error` | `fail`, `skip` | `fail` | `fail` ends the run',
  '| `envelope` | bool | `false` | ',
  '| `ping_interval` | seconds | none | ',
  '| `max_messages` | int ≥ 1 | none | ',
  '| `reconnect_backoff` | seconds or `{initial, max, multiplier, jitter}` | 1 | ',
  '| `heartbeat` | `{interval, message, expect, timeout}` | none | ',
  '| `reply` | `{match, send}`[] | `[]` | ',
  '| `max_message_bytes` | bytes ≥ 1, ≤ 2,147,483,647 | 64 MiB | ',
  '| `batch_size` | int ≥ 0, ≤ 1,000,000 | 1,000 | ',
  '| `record_schema` | object | none | ',
  '| `handshake_timeout` | seconds | 10 | ',
  '| `headers` | map of strings | `{}` | ',
  '| `max_buffered_bytes` | bytes ≥ 1 | 16 MiB | ',
]) {
  test(`the table of a source has a row that begins ${start}`, () => {
    assert.ok(
      keyTable(sourceConfigSchema.properties)
        .split('\n')
        .some((row) => row.startsWith(start)),
    );
  });
}

test('of a sink and of credentials, the table says which keys are required', () => {
  const text = withKeyTables(
    '<!-- keys of jsonl -->\n<!-- keys:end --><!-- keys of token_endpoint: body, url -->\n<!-- keys:end -->',
  );
  assert.match(text, /^\| `path` \| string \| required \| Where to write to\.(?: [^|]*)? \|$/m);
  assert.match(text, /^\| `body` \| any JSON \| none \| [^\n]*\n\| `url` \| string \| required \|/m);
});

test('nothing that a schema says of a key is lost: what is no row stands below the table', () => {
  for (const [key, { description = '' }] of Object.entries<JsonSchema>(sourceConfigSchema.properties)) {
    if (key === 'auth') continue;
    const said = keyTable(sourceConfigSchema.properties, { names: [key] });
    for (const sentence of description.split(/(?<=\.) (?=[A-Z`])/)) {
      assert.ok(said.replaceAll('\\|', '|').includes(sentence), `${key}: ${sentence}`);
    }
  }
});

test('a sentence that says only where a key counts stands behind what the key does', () => {
  const description = 'With `a: b`. `x` does this; `y` does that. Then more.';
  const text = keyTable({ k: { enum: ['x', 'y'], description } });
  assert.match(text, /\| `x` does this; `y` does that\. \|\n\n- `k`: With `a: b`\. Then more\.$/);
});

test('withKeyTables replaces what stands between its markers, and nothing else', () => {
  const [begin, end] = ['<!-- keys in short: idle_timeout, url -->', '<!-- keys:end -->'];
  const table = keyTable(sourceConfigSchema.properties, { names: ['idle_timeout', 'url'], inShort: true });
  const filled = withKeyTables(`# a\n${begin}\nold\n${end}\nz`);
  assert.equal(filled, `# a\n${begin}\n${table}\n${end}\nz`);
  assert.equal(withKeyTables(filled), filled);
  for (const text of ['', 'x', `${begin}\nx`, `${end}\n${begin}`]) assert.equal(withKeyTables(text), text);
});

test('a page that asks for a key, or a schema, that there is none of is refused', () => {
  assert.throws(() => withKeyTables('<!-- keys: url, nothing -->\n<!-- keys:end -->'), /no key nothing/);
  assert.throws(() => withKeyTables('<!-- keys of nothing -->\n<!-- keys:end -->'), /no keys of nothing/);
});

test('keysShown tells what a page shows, by source, sink and credentials', () => {
  const page =
    '<!-- keys: a, b -->\n<!-- keys:end -->\n<!-- keys of stdout: format -->\n<!-- keys:end -->\n<!-- keys in short: c -->\n<!-- keys:end -->';
  assert.deepEqual(
    keysShown(page),
    new Map([
      ['', ['a', 'b', 'c']],
      ['stdout', ['format']],
    ]),
  );
});
