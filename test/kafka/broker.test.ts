import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { kafka } from '../../lib/sink/kafka/index.js';
import { pagesOf } from '../sink/pages.js';
import { brokerFor, noKafkaOfOurOwn } from '../support/kafka/gate.js';
import { answers } from '../support/kafka/probe.js';
import { makeTopic, readTopic } from '../support/kafka/topics.js';
import { program } from '../support/program.js';
import { ROOT } from '../support/readme.js';
import { tempFolder } from '../support/temp-folder.js';

const skip = await noKafkaOfOurOwn();

test('a broker that was killed answers again at the same address after a restart', { skip }, async (t) => {
  const broker = await brokerFor(t);
  const port = portOf(broker.address);
  assert.equal(await answers(port), true);
  await broker.kill();
  assert.equal(await answers(port), false);
  await broker.start();
  assert.equal(await answers(port), true);
});

test('npm run kafka prints an address that answers, and leaves nothing behind after SIGINT', { skip }, async (t) => {
  const run = await npmRunKafka(t);
  assert.equal(await answers(portOf(run.address)), true);
  const said = await run.interrupt();
  assert.equal(await answers(portOf(run.address)), false);
  const folder = /files are in (\S+)\./.exec(said)?.[1];
  assert.ok(folder !== undefined, said);
  assert.equal(existsSync(folder), false);
});

test('npm run kafka --folder finds there what lay in its topics the last time', { skip }, async (t) => {
  const folder = join(await tempFolder(t), 'kafka');
  const first = await npmRunKafka(t, '--folder', folder);
  await makeTopic(first.address, 'trades');
  await pipeline(pagesOf(['1', '2', '3']), kafka({ brokers: first.address, topic: 'trades' }));
  await first.interrupt();
  const second = await npmRunKafka(t, '--folder', folder);
  const stored = await readTopic(second.address, 'trades');
  assert.deepEqual(
    stored.map(({ value }) => String(value)),
    ['1', '2', '3'],
  );
  await second.interrupt();
});

test('a broker whose port is taken says so', { skip }, async (t) => {
  const broker = await brokerFor(t);
  const port = portOf(broker.address);
  await assert.rejects(brokerFor(t, { port }), new RegExp(`Port ${port} is taken`));
});

/** What `npm run kafka` starts, on a free port; it does not outlive the test. */
async function npmRunKafka(t: TestContext, ...options: readonly string[]) {
  const args = [...program(join(ROOT, 'test/support/kafka/start.ts')), '--port', '0', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  t.after(() => child.kill('SIGINT'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const [address] = await Promise.race([line, exited.then(() => assert.fail(said))]);
  return {
    address,
    /** Resolves to what it said. */
    async interrupt() {
      child.kill('SIGINT');
      assert.deepEqual(await exited, [0, null], said);
      return said;
    },
  };
}

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}
