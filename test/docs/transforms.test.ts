import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { it } from 'node:test';
import { transformKinds } from '../../lib/config/fields/transforms.js';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';
import * as spillway from '../../lib/index.js';
import { transformSteps } from '../../lib/source/transforms.js';
import { collector, messagesOf } from '../support/messages.js';
import { ROOT } from '../support/readme.js';
import { applied } from '../transform/steps.js';

const PAGE = readFileSync(join(ROOT, 'docs/transforms.md'), 'utf8');

/** Each transform that is shown, with the lines of the table behind it. */
const EXAMPLES = [...PAGE.matchAll(/```yaml\n(- type: .*\n(?: .*\n)+)```\n\n((?:\|.*\n)+)/g)].map(
  ([, yaml, table]) => ({
    yaml: yaml!,
    rows: table!.trimEnd().split('\n').slice(2).map(cellsOf),
  }),
);

for (const { yaml, rows } of EXAMPLES) {
  const { transforms } = parsePipelineText(
    `version: 1\npipeline:\n  source: {type: websocket, config: {url: "ws://x", unbounded: true}}\n  transforms:\n${yaml.replaceAll(/^/gm, '    ').trimEnd()}\n  sink: {type: stdout}\n`,
  ).source;
  for (const [record, becomes] of rows) {
    it(`docs/transforms.md: ${yaml.split('\n')[1]!.trim()} makes ${becomes} of ${record}`, () => {
      const out = applied(transformSteps(transforms)[0]!, textsIn(record!)[0]!);
      if (becomes === 'an error') assert.ok('refused' in out);
      else
        assert.deepEqual(
          out,
          becomes === 'the same' ? textsIn(record!) : becomes === 'nothing' ? [] : textsIn(becomes!),
        );
    });
  }
}

it('docs/transforms.md shows every transform, and names its stage', () => {
  const shown = new Set(EXAMPLES.map(({ yaml }) => /^- type: (\w+)/.exec(yaml)![1]));
  assert.deepEqual([...shown].toSorted(), Object.keys(transformKinds).toSorted());
  const stages = [...PAGE.matchAll(/^\| `(\w+)` +\| `(\w+)\(/gm)].map(([, type, stage]) => [type, stage] as const);
  assert.deepEqual(stages.map(([type]) => type).toSorted(), Object.keys(transformKinds).toSorted());
  for (const [, stage] of stages) assert.equal(typeof (spillway as Record<string, unknown>)[stage!], 'function', stage);
});

it('docs/transforms.md: the stages do by hand what the page says', async () => {
  const sink = collector();
  await pipeline(
    Readable.from(messagesOf('{"type":"trade","p":1.10,"x":0,"items":[{"n":1}]}', '{"type":"quote"}')),
    spillway.filter({ path: 'type', op: 'eq', value: 'trade' }),
    spillway.dropFields(['x']),
    spillway.renameFields({ p: 'price' }),
    spillway.explode({ path: 'items' }),
    spillway.setFields({ venue: 'x' }),
    spillway.selectFields(['price', 'venue', 'items_n']),
    sink,
  );
  assert.deepEqual(sink.seen, ['{"price":1.10,"items_n":1,"venue":"x"}']);
});

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function textsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
}
