import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pipelineFile, spillway } from '../cli/cli.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';

const LARGE = `{"n":9,"data":{"s":"b"},"received_at":1009,"x":"${'x'.repeat(2_000)}"}`;

test('captured files go into a topic with their own times and keys, and what it does not take is a dead letter that is replayed', async (t) => {
  const broker = await fakeBroker(t, { topics: { trades: 1 }, maxBatchBytes: 1_000 });
  const { file, folder } = await pipelineFile(
    t,
    { url: 'ws://127.0.0.1:9', unbounded: true },
    {
      type: 'kafka',
      config: {
        brokers: broker.address,
        topic: { type: 'fixed', name: 'trades' },
        key_path: 'data.s',
        compression: 'none',
      },
    },
  );
  const refused = join(folder, 'refused.jsonl');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { pipeline: { dlq?: string } };
  config.pipeline.dlq = refused;
  writeFileSync(file, JSON.stringify(config));
  const [plain, packed] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl.gz')];
  const line = (n: number, s: string): string =>
    `{"data":{"n":${n},"s":"${s}"},"received_at":${1_000 + n},"url":"ws://x"}\n`;
  writeFileSync(plain, line(1, 'a') + line(2, 'b'));
  writeFileSync(packed, gzipSync(line(3, 'a')));
  const first = await spillway(t, ['replay', plain, packed, '--into', file]).exit;
  assert.equal(first.status, 0, first.stderr);
  const stored = () => broker.records('trades', 0).map(({ key, timestamp }) => [String(key), Number(timestamp)]);
  const expected = [
    ['a', 1_001],
    ['b', 1_002],
    ['a', 1_003],
  ];
  assert.deepEqual(stored(), expected);
  writeFileSync(plain, `${LARGE}\n`);
  const second = await spillway(t, ['replay', plain, '--into', file]).exit;
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stderr, /Diverted: 1 record that the sink does not take/);
  const [letter] = readFileSync(refused, 'utf8').trimEnd().split('\n');
  const { place, topic, data } = JSON.parse(letter!) as Record<string, unknown>;
  assert.deepEqual([place, topic, data], ['sink', 'trades', LARGE]);
  const again = await spillway(t, ['replay', file]).exit;
  assert.equal(again.status, 0, again.stderr);
  const counts = () =>
    readFileSync(refused, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { replay_count: number }).replay_count);
  assert.deepEqual(counts(), [0, 1]);
  // The topic takes it by now.
  const other = await fakeBroker(t, { topics: { trades: 1 } });
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(broker.address, other.address));
  const third = await spillway(t, ['replay', file]).exit;
  assert.equal(third.status, 0, third.stderr);
  assert.deepEqual(other.values('trades'), [LARGE, LARGE]);
});
