import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf } from '../../../lib/cli/capture/filter-flag.js';
import { pipelineText } from '../../../lib/cli/capture/pipeline-text.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';

const TABLE: [flag: string, path: string, op: string, value?: unknown][] = [
  ['type=trade', 'type', 'eq', 'trade'],
  ['type!=trade', 'type', 'ne', 'trade'],
  ['type', 'type', 'exists'],
  ['$.a[0].b=5', '$.a[0].b', 'eq', 5],
  ['n="5"', 'n', 'eq', '5'],
  ['v=null', 'v', 'eq', null],
  ['v=true', 'v', 'eq', true],
  ['v=[1,"a"]', 'v', 'eq', [1, 'a']],
  ['v={"a":1}', 'v', 'eq', { a: 1 }],
  ['id=9007199254740993', 'id', 'eq', 9007199254740993n],
  ['v=', 'v', 'eq', ''],
  ['v=a=b', 'v', 'eq', 'a=b'],
  ['v=a!=b', 'v', 'eq', 'a!=b'],
  ["$['a=b']!=1", "$['a=b']", 'ne', 1],
  ['["a!=\\"b"]=x', '["a!=\\"b"]', 'eq', 'x'],
  ['a!b=1', 'a!b', 'eq', 1],
  ['$=pong', '$', 'eq', 'pong'],
];

for (const [flag, path, op, value] of TABLE) {
  test(`--filter ${flag} is ${op} at ${path}, and the same as a file`, () => {
    const filter = filterOf(flag);
    const config = value === undefined ? { path, op } : { path, op, value };
    assert.deepEqual(filter, { type: 'filter', config });
    const source = { url: 'ws://127.0.0.1:9', unbounded: true, transforms: [filter] };
    const printed = pipelineText({ source, sink: { type: 'stdout', config: {} } }, {}, []);
    assert.deepEqual(parsePipelineText(printed).source.transforms, [filter]);
  });
}
