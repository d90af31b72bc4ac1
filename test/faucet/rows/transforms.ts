import { type FaucetRow, fileWith } from '../row.js';

const ITEMS = [
  '{"id":1.10,"items":[{"n":1.0},{"n":2}],"type":"trade"}',
  '{"id":2,"items":["a",[3]],"type":"trade"}',
  '{"id":3,"items":[],"type":"quote"}',
];
const TRADES = 'transforms:\n  - { type: filter, config: { path: type, op: eq, value: trade } }';

/** What is done to records, in order. */
export const transformRows: readonly FaucetRow[] = [
  {
    construct: '`filter` with `eq`',
    file: fileWith({ pipeline: TRADES }),
    validate: 'valid',
    writes: '{"type":"trade","symbol":"btc","price":1.10}\n',
    original: 'same',
  },
  {
    construct: '`filter` with `ne`, `exists`, `in`, `not_in`',
    file: fileWith({
      pipeline: [
        'transforms:',
        '  - { type: filter, config: { path: a, op: ne, value: "5" } }',
        '  - { type: filter, config: { path: b, op: exists } }',
        `  - { type: filter, config: { path: "$['c.d']", op: in, value: [x, 7, null] } }`,
        '  - { type: filter, config: { path: $.e.f, op: not_in, value: [1] } }',
      ].join('\n'),
    }),
    validate: 'valid',
    frames: [
      '{"a":5,"b":0,"c.d":"x"}',
      '{"a":"5","b":0,"c.d":"x"}',
      '{"b":null,"c.d":"x"}',
      '{"b":false,"c.d":null,"e":{"f":2}}',
      '{"b":1,"c":{"d":7}}',
      '{"b":1,"c.d":7,"e":{"f":1}}',
    ],
    writes: '{"a":5,"b":0,"c.d":"x"}\n{"b":false,"c.d":null,"e":{"f":2}}\n',
    original: 'same',
  },
  {
    construct: '`filter` compares `1.0` and `1e0` with `1`, integers past 2^53, objects',
    file: fileWith({
      pipeline:
        'transforms:\n  - { type: filter, config: { path: v, op: in, value: [1, 9007199254740993, { a: 1, b: 2 }] } }',
    }),
    validate: 'valid',
    frames: [
      '{"v":1.0}',
      '{"v":1e0}',
      '{"v":9007199254740993}',
      '{"v":9007199254740992}',
      '{"v":{"b":2,"a":1}}',
      '{"v":"1"}',
    ],
    writes: '{"v":1.0}\n{"v":1e0}\n{"v":9007199254740993}\n{"v":{"b":2,"a":1}}\n',
    original: 'there `1.0` is not `1`',
  },
  {
    construct: '`filter` with a path into an array',
    file: fileWith({ pipeline: 'transforms:\n  - { type: filter, config: { path: "$.a[0].b", op: eq, value: 1 } }' }),
    validate: 'valid',
    frames: ['{"a":[{"b":1}]}', '{"a":[{"b":2}]}'],
    writes: '{"a":[{"b":1}]}\n',
    original: 'there a path of a transform leads through keys alone',
  },
  {
    construct: '`select`, `drop`',
    file: fileWith({
      pipeline:
        'transforms:\n  - { type: drop, config: { fields: [symbol] } }\n  - { type: select, config: { fields: [price, type, x] } }',
    }),
    validate: 'valid',
    writes: '{"type":"trade","price":1.10}\n{"type":"quote","price":2}\n',
    original: 'same',
  },
  {
    construct: '`rename_field`, `set`',
    file: fileWith({
      pipeline:
        'transforms:\n  - { type: rename_field, config: { fields: { price: p } } }\n  - { type: set, config: { values: { type: t, venue: { a: [1] } } } }',
    }),
    validate: 'valid',
    writes:
      '{"type":"t","symbol":"btc","p":1.10,"venue":{"a":[1]}}\n{"type":"t","symbol":"eth","p":2,"venue":{"a":[1]}}\n',
    original: 'same',
  },
  {
    construct: '`explode`, then `filter`',
    file: fileWith({
      pipeline:
        'transforms:\n  - { type: explode, config: { path: items } }\n  - { type: filter, config: { path: items_n, op: ne, value: 2 } }',
    }),
    validate: 'valid',
    frames: ITEMS,
    writes:
      '{"id":1.10,"items_n":1.0,"type":"trade"}\n{"id":2,"items":"a","type":"trade"}\n{"id":2,"items":[3],"type":"trade"}\n{"id":3,"items":[],"type":"quote"}\n',
    original: 'same',
  },
  {
    construct: '`explode` with `prefix`, `separator`, `on_missing: drop`',
    file: fileWith({
      pipeline:
        'transforms:\n  - { type: explode, config: { path: $.u.items, prefix: item, separator: ".", on_missing: drop } }',
    }),
    validate: 'valid',
    frames: ['{"u":{"items":[{"n":1}],"v":2}}', '{"u":{"v":3}}'],
    writes: '{"u":{"item.n":1,"v":2}}\n',
    original: 'same',
  },
  {
    construct: 'a transform of an `envelope`',
    file: fileWith({
      source: 'envelope: true',
      pipeline:
        'transforms:\n  - { type: filter, config: { path: data.type, op: eq, value: trade } }\n  - { type: select, config: { fields: [data] } }',
    }),
    validate: 'valid',
    writes: '{"data":{"type":"trade","symbol":"btc","price":1.10}}\n',
    original: 'same',
  },
  {
    construct: 'an error of a record, with `on_parse_error: skip`',
    file: fileWith({
      source: 'on_parse_error: skip',
      pipeline: 'transforms:\n  - { type: rename_field, config: { fields: { a: b } } }',
    }),
    validate: 'valid',
    frames: ['{"a":1}', '{"a":1,"b":2}', '{"a":3}'],
    writes: '{"b":1}\n{"b":3}\n',
    original: 'there it ends the run',
  },
  {
    construct: '`flatten`, `cast`, `sql` and the other transforms',
    file: fileWith({
      pipeline: 'transforms:\n  - { type: flatten }\n  - { type: cast, config: { fields: {} } }\n  - { type: sql }',
    }),
    validate: [
      "10:15: pipeline.transforms[0].type: `flatten` of faucet is not part of spillway: the source's key `select` takes fields out of objects by their paths; else use `map()` in code.",
      '11:15: pipeline.transforms[1].type: `cast` of faucet is not part of spillway: values are stored as they arrived, so change them by `map()` in code.',
      '12:15: pipeline.transforms[2].type: `sql` of faucet is not part of spillway: `filter` chooses records; query what was stored, or use `map()` in code.',
    ].join('\n'),
    original: 'they are transforms there',
  },
];
