import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { partitionOfKey } from '../../lib/kafka/murmur2.js';
import { temporaryFolder } from '../cli/cli.js';
import { checkLines } from '../flows/support/numbered.js';
import type { Broker } from '../support/kafka/broker.js';
import { consoleConsumer } from '../support/kafka/console-consumer.js';
import { hasTopic, readCommitted } from '../support/kafka/topics.js';
import { deadline } from '../support/until.js';

/** What a pipeline file with `delivery: exactly_once` is made of. */
export interface ExactFile {
  readonly url: string;
  readonly address: string;
  readonly topic: string;
  readonly name: string;
  readonly source?: object;
  readonly sink?: object;
  readonly pipeline?: (folder: string) => object;
}

/** Writes one. */
export async function exactFile(t: TestContext, { url, address, topic, name, source, sink, pipeline }: ExactFile) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'feed.json');
  const text = JSON.stringify({
    version: 1,
    name,
    delivery: 'exactly_once',
    pipeline: {
      ...pipeline?.(folder),
      source: { type: 'websocket', config: { url, unbounded: true, batch_size: 20, linger: 0.005, ...source } },
      sink: {
        type: 'kafka',
        config: { brokers: address, topic: { type: 'fixed', name: topic }, commit_interval: 0.05, ...sink },
      },
    },
  });
  await writeFile(file, text);
  return { file, folder };
}

/**
 * Each record once, in order, and gaps with the right neighbours, as committed: of a topic of one partition. Returns the next number.
 *
 * @param isShared whether the server had two clients at once, so that each has missed what the other was sent
 */
export async function checkExactlyOnce(
  address: string,
  topic: string,
  causes: readonly string[],
  isShared = false,
): Promise<number> {
  const values = (await readCommitted(address, topic, { isSettled: true })).map(
    ({ value }) => JSON.parse(String(value)) as object,
  );
  return checkLines(values, causes, isShared);
}

/**
 * What the topic of positions says of a feed; `undefined` for nothing.
 *
 * @param isSettled whether to wait until what was committed is to be seen there: when its run is over
 */
export async function positionOf(address: string, name: string, isSettled = false): Promise<Position | undefined> {
  if (!(await hasTopic(address, POSITIONS))) return undefined;
  const partition = partitionOfKey(Buffer.from(name), 0, Buffer.byteLength(name), 48);
  const found = (await readCommitted(address, POSITIONS, { one: partition, isSettled })).findLast(
    ({ key }) => key === name,
  );
  return found && (JSON.parse(String(found.value)) as Position);
}

/** What the next frame of a feed is numbered, as the topic of positions says. */
export async function nextOf(address: string, name: string, isSettled = false): Promise<number> {
  return (await positionOf(address, name, isSettled))?.position.next ?? 0;
}

/** Waits until a feed is stored beyond this number, or its run has ended. */
export async function untilStored(
  address: string,
  name: string,
  number: number,
  hasEnded: () => boolean = () => false,
): Promise<void> {
  const giveUp = deadline(() => `${name} to be stored beyond ${number}`);
  while (!hasEnded() && (await nextOf(address, name)) <= number) {
    giveUp();
    // Each look is a connection and reads a partition: without a rest in between, the run would have no time.
    await delay(POLL_MS);
  }
}

export interface Position {
  readonly version: number;
  readonly position: {
    readonly next: number;
    readonly receivedAt: number;
    readonly spooled?: object;
    readonly cursor?: { readonly values: Readonly<Record<string, string>> };
  };
  readonly epoch: number;
  readonly at: number;
}

/** A name that no other test has. */
export function newName(): string {
  return `feed-${process.pid}-${Date.now()}-${++names}`;
}

/** Kafka's own consumer sees the same. */
export async function assertOthersSee(address: string, topic: string): Promise<void> {
  const ours = (await readCommitted(address, topic, { isSettled: true })).map(({ value }) => String(value));
  assert.deepEqual(await consoleConsumer(address, topic, ours.length), ours);
}

export async function restart(broker: Broker, isKilled: boolean): Promise<void> {
  if (isKilled) await broker.kill();
  else await broker.end();
  await broker.start();
}

let names = 0;
const POSITIONS = 'spillway.feeds';
const POLL_MS = 50;
