import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../lib/errors.js';
import { type ExplodeOptions, ExplodeStep } from '../../lib/transform/explode-step.js';
import { FieldsStep } from '../../lib/transform/fields-step.js';
import { type FilterOptions, FilterStep } from '../../lib/transform/filter-step.js';
import { RenameStep } from '../../lib/transform/rename-step.js';
import { SetStep } from '../../lib/transform/set-step.js';
import { applied } from './steps.js';

const EXACT = '{"p": 1.10 ,\n"id":12345678901234567890,"t":"\\u0041\\/","o":{"a":[1e5, {}]}}';

describe('filter', () => {
  const table: [options: FilterOptions, kept: string[], dropped: string[]][] = [
    [
      { path: 't', op: 'eq', value: 'A/' },
      [EXACT, '{"t":"A/"}', '{"t":"x","t":"A/"}'],
      ['{}', '{"t":"a/"}', '{"t":"A/","t":1}', '"A/"'],
    ],
    [
      { path: 'v', op: 'eq', value: 5 },
      ['{"v":5}', '{"v":5.0}', '{"v":5e0}', '{"v":50E-1}', '{"v":0.05e+2}'],
      ['{"v":"5"}', '{"v":5.1}', '{"v":-5}', '{"v":50}', '{"v":[5]}', '{"v":true}'],
    ],
    [{ path: 'v', op: 'eq', value: '5' }, ['{"v":"5"}', '{"v":"\\u0035"}'], ['{"v":5}', '{"v":"5.0"}']],
    [
      { path: 'v', op: 'eq', value: 0 },
      ['{"v":0}', '{"v":-0}', '{"v":0.00}', '{"v":0e9}'],
      ['{"v":1}', '{"v":false}', '{"v":""}'],
    ],
    [{ path: 'v', op: 'eq', value: 1.1 }, ['{"v":1.1}', '{"v":1.10}', '{"v":11e-1}'], ['{"v":1.2}', '{"v":1}']],
    [
      { path: 'v', op: 'eq', value: 9007199254740993n },
      ['{"v":9007199254740993}', '{"v":9007199254740993.0}', '{"v":9.007199254740993e15}'],
      ['{"v":9007199254740992}', '{"v":9007199254740994}', '{"v":"9007199254740993"}'],
    ],
    [{ path: 'v', op: 'eq', value: null }, ['{"v":null}'], ['{}', '{"v":0}', '{"v":"null"}']],
    [
      { path: 'v', op: 'eq', value: { a: 1, b: [2, { c: 'é' }] } },
      ['{"v":{"b":[2.0,{"c":"\\u00e9"}],"\\u0061":1}}', '{"v":{"a":7,"a":1,"b":[2,{"c":"é"}]}}'],
      [
        '{"v":{"a":1,"b":[2,{"c":"é"}],"x":0}}',
        '{"v":{"a":1}}',
        '{"v":{"a":1,"b":[{"c":"é"},2]}}',
        '{"v":{"a":1,"b":[2,{"c":"é"},3]}}',
      ],
    ],
    [{ path: 'v', op: 'eq', value: [] }, ['{"v":[]}', '{"v":[ ]}'], ['{"v":{}}', '{"v":[[]]}', '{"v":""}']],
    [{ path: 'v', op: 'ne', value: true }, ['{"v":false}', '{}', '[]', '{"v":"true"}'], ['{"v":true}']],
    [{ path: 'v', op: 'exists' }, ['{"v":0}', '{"v":""}', '{"v":{}}', '{"v":false}'], ['{}', '{"v":null}', '"v"']],
    [
      { path: 'v', op: 'in', value: ['a', 1, null] },
      ['{"v":"a"}', '{"v":1.0}', '{"v":null}'],
      ['{}', '{"v":"1"}', '{"v":["a"]}'],
    ],
    [{ path: 'v', op: 'in', value: [] }, [], ['{}', '{"v":"a"}']],
    [{ path: 'v', op: 'not_in', value: ['a', 1] }, ['{}', '{"v":"1"}', '{"v":null}'], ['{"v":"a"}', '{"v":1}']],
    [{ path: '$', op: 'ne', value: 'pong' }, ['"ping"', '{}', '5'], ['"pong"', '"p\\u006fng"']],
    [
      { path: "$['a.b'].c[1]", op: 'eq', value: 2 },
      ['{"a.b":{"c":[1,2]}}'],
      ['{"a":{"b":{"c":[1,2]}}}', '{"a.b":{"c":[2]}}'],
    ],
    [
      { path: 'v', op: 'eq', value: '"\\\n' },
      ['{"v":"\\"\\\\\\n"}', '{"v":"\\u0022\\\\\\u000a"}'],
      ['{"v":"x"}', '{"v":"\\"\\\\n"}'],
    ],
  ];
  for (const [options, kept, dropped] of table) {
    const shown = JSON.stringify(options, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    it(`${shown} keeps and drops what it should`, () => {
      const step = new FilterStep(options, 'filter');
      for (const text of kept) assert.deepEqual(applied(step, text), [text]);
      for (const text of dropped) assert.deepEqual(applied(step, text), [], text);
      assert.equal(step.filtered, dropped.length);
    });
  }

  it('refuses what does not go together', () => {
    const refused = (options: object, message: RegExp) =>
      assert.throws(
        () => new FilterStep(options as FilterOptions, 'filter'),
        (error) => error instanceof ConfigError && message.test(error.message),
      );
    refused({ path: 'a', op: 'exists', value: 1 }, /^filter\.value: `exists` asks whether the path is there/);
    refused({ path: 'a', op: 'eq' }, /^filter\.value: `eq` needs a `value`/);
    refused({ path: 'a', op: 'not_in', value: 'x' }, /^filter\.value: `not_in` needs a list of values/);
    refused({ path: 'a', op: 'gt', value: 1 }, /^filter\.op: Expected one of `eq`, `ne`/);
    refused({ path: '$..a', op: 'exists' }, /^filter\.path: The path "\$\.\.a" cannot be read/);
    refused({ path: 'a', op: 'eq', value: () => 1 }, /^filter\.value: A function cannot be written as JSON/);
  });
});

describe('select and drop', () => {
  const table: [text: string, fields: string[], selected: string, dropped: string][] = [
    [EXACT, ['id', 'p'], '{"p": 1.10 ,\n"id":12345678901234567890}', '{"t":"\\u0041\\/","o":{"a":[1e5, {}]}}'],
    [EXACT, ['p', 't'], '{"p": 1.10,"t":"\\u0041\\/"}', '{"id":12345678901234567890,"o":{"a":[1e5, {}]}}'],
    [EXACT, ['nothing'], '{}', EXACT],
    ['{"a":1,"b":2,"\\u0061":3}', ['a'], '{"a":1,"\\u0061":3}', '{"b":2}'],
    ['{ "a" : 1 }', ['a'], '{ "a" : 1 }', '{}'],
    ['{}', ['a'], '{}', '{}'],
    ['[{"a":1}]', ['a'], '[{"a":1}]', '[{"a":1}]'],
    ['"a"', ['a'], '"a"', '"a"'],
    ['{"a":{"b":1},"b":2}', ['b'], '{"b":2}', '{"a":{"b":1}}'],
  ];
  for (const [text, fields, selected, dropped] of table) {
    it(`${fields.join()} of ${text}`, () => {
      assert.deepEqual(applied(new FieldsStep('select', fields), text), [selected]);
      assert.deepEqual(applied(new FieldsStep('drop', fields), text), [dropped]);
    });
  }
});

describe('set', () => {
  const table: [text: string, values: object, set: string][] = [
    [
      EXACT,
      { p: 2, venue: 'x' },
      '{"p": 2 ,\n"id":12345678901234567890,"t":"\\u0041\\/","o":{"a":[1e5, {}]},"venue":"x"}',
    ],
    ['{}', { a: 1, b: [null] }, '{"a":1,"b":[null]}'],
    ['{ }', { a: 1 }, '{ "a":1}'],
    ['{"a":1,"\\u0061":2,"b":3}', { a: 'x' }, '{"a":"x","\\u0061":"x","b":3}'],
    ['{"b":{"a":1}}', { a: 9007199254740993n }, '{"b":{"a":1},"a":9007199254740993}'],
    ['[1]', { a: 1 }, '[1]'],
    ['{"a":1}', {}, '{"a":1}'],
  ];
  for (const [text, values, set] of table) {
    it(`of ${text} gives ${set}`, () => {
      assert.deepEqual(applied(new SetStep(values as Record<string, unknown>, 'set'), text), [set]);
    });
  }
});

describe('rename_field', () => {
  const table: [text: string, fields: Record<string, string>, renamed: string | { readonly refused: string }][] = [
    [
      EXACT,
      { p: 'price', t: 'a"b' },
      '{"price": 1.10 ,\n"id":12345678901234567890,"a\\"b":"\\u0041\\/","o":{"a":[1e5, {}]}}',
    ],
    ['{"a":1,"b":2}', { a: 'b' }, { refused: 'it has a key "b" already, which "a" is to be renamed to' }],
    ['{"a":1,"\\u0062":2}', { a: 'b' }, { refused: 'it has a key "b" already, which "a" is to be renamed to' }],
    ['{"a":1,"b":2}', { b: 'c', a: 'b' }, '{"b":1,"c":2}'],
    ['{"a":1}', { a: 'b', b: 'c' }, '{"c":1}'],
    ['{"a":1}', { x: 'a' }, '{"a":1}'],
    ['{"a":1,"a":2}', { a: 'b' }, '{"b":1,"b":2}'],
    ['{"a":1}', { a: 'a' }, '{"a":1}'],
    ['[{"a":1}]', { a: 'b' }, '[{"a":1}]'],
  ];
  for (const [text, fields, renamed] of table) {
    it(`${JSON.stringify(fields)} of ${text}`, () => {
      assert.deepEqual(applied(new RenameStep(fields), text), typeof renamed === 'string' ? [renamed] : renamed);
    });
  }
});

describe('explode', () => {
  const table: [text: string, options: ExplodeOptions, out: string[] | { readonly refused: string }][] = [
    [
      '{"id":1.10,"items":[{"sku":"A","n":1.0},{"sku":"\\u0042"}],"z":0}',
      { path: 'items' },
      ['{"id":1.10,"items_sku":"A","items_n":1.0,"z":0}', '{"id":1.10,"items_sku":"\\u0042","z":0}'],
    ],
    [
      '{"id":1,"items":[{"sku":"A"}]}',
      { path: '$.items', prefix: 'item', separator: '.' },
      ['{"id":1,"item.sku":"A"}'],
    ],
    ['{"id":1,"items":[{"sku":"A"}]}', { path: 'items', prefix: '' }, ['{"id":1,"sku":"A"}']],
    [
      '{"id":1,"tags":["x", [2] ,null]}',
      { path: 'tags' },
      ['{"id":1,"tags":"x"}', '{"id":1,"tags":[2]}', '{"id":1,"tags":null}'],
    ],
    ['{"items":[{}]}', { path: 'items' }, ['{}']],
    ['{"a":1,"items":[{}],"b":2}', { path: 'items' }, ['{"a":1,"b":2}']],
    [' {"u":{"n":"A","items":[{"x":1}]},"v":[0]}', { path: '$.u.items' }, [' {"u":{"n":"A","items_x":1},"v":[0]}']],
    ['{"l":[0,{"items":[1,2]}]}', { path: 'l[1].items' }, ['{"l":[0,{"items":1}]}', '{"l":[0,{"items":2}]}']],
    [
      '{"id":1,"items_sku":"X","items":[{"n":1},{"sku":"A"}]}',
      { path: 'items' },
      { refused: 'it has a key "items_sku" already, which an element has, too' },
    ],
    [
      '{"sku":"X","items":[{"sku":"A"}]}',
      { path: 'items', prefix: '' },
      { refused: 'it has a key "sku" already, which an element has, too' },
    ],
    ['{"items":[{"items":1}]}', { path: 'items', prefix: '' }, ['{"items":1}']],
    ['{"items":[{"x":1,"x":2}]}', { path: 'items' }, ['{"items_x":1,"items_x":2}']],
    ['{"items":1,"items":[7],"a":0}', { path: 'items' }, ['{"items":7,"a":0}']],
    ...['{"id":1}', '{"items":null}', '{"items":"x"}', '{"items":[ ]}', '{"items":{"a":[1]}}', '5', '[[1]]'].flatMap(
      (text): [string, ExplodeOptions, string[] | { refused: string }][] => [
        [text, { path: 'items' }, [text]],
        [text, { path: 'items', onMissing: 'drop' }, []],
        [text, { path: 'items', onMissing: 'error' }, { refused: 'there is no array with elements at "items"' }],
      ],
    ),
  ];
  for (const [text, options, out] of table) {
    it(`${JSON.stringify(options)} of ${text}`, () => {
      assert.deepEqual(applied(new ExplodeStep(options, 'explode'), text), out);
    });
  }

  it('counts the records that it was told to drop', () => {
    const step = new ExplodeStep({ path: 'a', onMissing: 'drop' }, 'explode');
    for (const text of ['{}', '{"a":[1]}', '{"a":[]}']) applied(step, text);
    assert.equal(step.filtered, 2);
  });

  it('refuses a record that would come to more than 64 MiB, and is ready for the next one', () => {
    const step = new ExplodeStep({ path: 'a' }, 'explode');
    const large = `{"pad":"${'x'.repeat(1_000_000)}","a":[${'1,'.repeat(99)}1]}`;
    assert.deepEqual(applied(step, large), { refused: 'what comes of it takes more than 64 MiB' });
    assert.deepEqual(applied(step, '{"a":[1]}'), ['{"a":1}']);
  });

  it('needs a key to put the elements at', () => {
    assert.throws(
      () => new ExplodeStep({ path: '$' }, 'explode'),
      /^ConfigError: explode\.path: .* set `records_path: \$`\.$/,
    );
  });
});
