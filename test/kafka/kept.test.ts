import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeEntries } from '../../lib/state/ledger-entry.js';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { newestIn, numbered } from '../flows/support/numbered.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, type ReadRecord, readTopic } from '../support/kafka/topics.js';
import { until } from '../support/until.js';

const skip = await noKafka();

describe('a feed into Kafka with a state', { skip, timeout: 300_000 }, () => {
  const shared = sharedBroker();

  it('sends nothing again that was acknowledged before a kill, and its ledger says where it lies', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address);
    const folder = await temporaryFolder(t);
    const server = await numbered(t, 10);
    const state = join(folder, 'state');
    const file = join(folder, 'feed.json');
    const source = { type: 'websocket', config: { url: server.url, unbounded: true, batch_size: 20, linger: 0.005 } };
    const sink = { type: 'kafka', config: { brokers: address, topic: { type: 'fixed', name: topic } } };
    await writeFile(
      file,
      JSON.stringify({ version: 1, pipeline: { state, spool: join(folder, 'spool'), source, sink } }),
    );
    const run = spillway(t, ['run', file]);
    await until(() => newestIn(state) > 500);
    run.child.kill('SIGKILL');
    await run.exit;
    const { entries } = decodeEntries(readFileSync(join(state, 'ledger')));
    const { next, partitions } = entries.findLast((entry) => entry.partitions !== undefined)!;
    const before = await readTopic(address, topic);
    // Nothing was missed by then: frames are numbered as the server does.
    assert.equal(numberOf(before[partitions![0]!.offset]!), next - 1);

    const last = spillway(t, ['run', file]);
    await until(() => newestIn(state) > next + 500);
    last.child.kill('SIGTERM');
    const { status, stderr } = await last.exit;
    assert.equal(status, 0, stderr);
    const after = (await readTopic(address, topic)).slice(before.length).map(numberOf);
    assert.deepEqual(
      after.filter((n) => n !== undefined && n < next),
      [],
    );
    assert.ok(after.length > 500);
  });
});

function numberOf({ value }: ReadRecord): number | undefined {
  return (JSON.parse(String(value)) as { readonly n?: number }).n;
}
