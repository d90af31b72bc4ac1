import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceConfigSchema } from '../../lib/config/schema.js';
import { configTable, TABLE_END, TABLE_START, withConfigTable } from '../../lib/config/table.js';

test('The table has one row a field, in the order of the schema, with four cells each', () => {
  const rows = configTable().split('\n').slice(2);
  assert.deepEqual(
    rows.map((row) => /^\| `([a-z_]+)` \|/.exec(row)?.[1]),
    Object.keys(sourceConfigSchema.properties),
  );
  for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g)?.length, 5, row);
});

for (const start of [
  '| `url` | string | required, or `urls` | ',
  '| `urls` | string[] | none | ',
  '| `auth` | `{type, config}` or `{ref}` | none | ',
  '| `subscribe_messages` | string[] | `[]` | ',
  '| `message_format` | `json`, `raw_string`, `binary` | `json` | ',
  '| `on_parse_error` | `fail`, `skip` | `fail` | ',
  '| `envelope` | bool | `false` | ',
  '| `ping_interval` | seconds | none | ',
  '| `max_messages` | int ≥ 1 | none | ',
  '| `reconnect_backoff` | seconds or `{initial, max, multiplier, jitter}` | 1 | ',
  '| `heartbeat` | `{interval, message, expect, timeout}` | none | ',
  '| `reply` | `{match, send}`[] | `[]` | ',
  '| `max_message_bytes` | int ≥ 1, ≤ 2,147,483,647 | 64 MiB | ',
  '| `batch_size` | int ≥ 0, ≤ 1,000,000 | 1000 | ',
  '| `record_schema` | object | none | ',
  '| `handshake_timeout` | seconds | 10 | ',
  '| `headers` | map of strings | `{}` | ',
  '| `max_buffered_bytes` | int ≥ 1 | 16 MiB | ',
]) {
  test(`The table has a row that begins ${start}`, () => {
    assert.ok(
      configTable()
        .split('\n')
        .some((row) => row.startsWith(start)),
    );
  });
}

test('withConfigTable replaces what stands between the markers, and nothing else', () => {
  const text = `# a\n${TABLE_START}\nold\n${TABLE_END}\nz`;
  const filled = withConfigTable(text);
  assert.equal(filled, `# a\n${TABLE_START}\n${configTable()}\n${TABLE_END}\nz`);
  assert.equal(withConfigTable(filled), filled);
});

test('withConfigTable leaves a text without both markers as it is', () => {
  for (const text of ['', 'x', `${TABLE_START}\nx`, `${TABLE_END}\n${TABLE_START}`])
    assert.equal(withConfigTable(text), text);
});
