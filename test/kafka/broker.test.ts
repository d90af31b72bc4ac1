import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { brokerFor, noKafkaOfOurOwn } from '../support/kafka/gate.js';
import { answers } from '../support/kafka/probe.js';
import { ROOT } from '../support/readme.js';

const skip = await noKafkaOfOurOwn();

test('a broker that was killed answers again at the same address after a restart', { skip }, async (t) => {
  const broker = await brokerFor(t);
  const port = Number(broker.address.split(':')[1]);
  assert.equal(await answers(port), true);
  await broker.kill();
  assert.equal(await answers(port), false);
  await broker.start();
  assert.equal(await answers(port), true);
});

test('npm run kafka prints an address that answers, and leaves nothing behind after SIGINT', { skip }, async () => {
  const args = ['--import', 'tsx', join(ROOT, 'test/support/kafka/start.ts'), '--port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
  const port = Number(address.split(':')[1]);
  assert.equal(await answers(port), true);
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null], said);
  assert.equal(await answers(port), false);
  const folder = /files are in (\S+)\./.exec(said)?.[1];
  assert.ok(folder !== undefined, said);
  assert.equal(existsSync(folder), false);
});

test('a broker whose port is taken says so', { skip }, async (t) => {
  const broker = await brokerFor(t);
  const port = Number(broker.address.split(':')[1]);
  await assert.rejects(brokerFor(t, { port }), new RegExp(`Port ${port} is taken`));
});
