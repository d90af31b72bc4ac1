import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Running, spillway } from '../cli/cli.js';
import { numbered } from '../flows/support/numbered.js';
import { brokerFor, noFaults } from '../support/kafka/gate.js';
import { newTopic, readCommitted } from '../support/kafka/topics.js';
import { peakRssOf, unreadFrom } from '../support/proc.js';
import { deadline } from '../support/until.js';
import { assertOthersSee, checkExactlyOnce, exactFile, newName, nextOf, untilStored } from './exactly.js';

const skip = await noFaults();
/** How long the broker is away, at the least. */
const SECONDS = Number(process.env['SPILLWAY_AWAY_SECONDS'] ?? 6);
/** Records a second: fewer where the test is one of many. */
const RATE = process.env['SPILLWAY_AWAY_SECONDS'] === undefined ? 4_000 : 20_000;
/** Of a record, in the spool; no more, and not much less. */
const BYTES = 125;
/** Records that each of the three runs gets into the spool meanwhile. */
const SPOOLED = (RATE * SECONDS) / 3;

describe('exactly once, with a spool,', { skip, timeout: 500_000 }, () => {
  it('holds over a broker that is away and runs that are killed meanwhile: they receive, and all is there afterwards, once', async (t) => {
    const broker = await brokerFor(t);
    const { address } = broker;
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, BYTES - 45, ['a'], RATE);
    const { file, folder } = await exactFile(t, {
      ...{ url: server.url, address, topic, name, pipeline: spooled },
      source: { batch_size: 1_000, linger: 0.05 },
      // At its end the last run gives all of it to the broker.
      sink: { commit_interval: 0.2, drain_timeout: 50 },
    });
    const runs = new Runs(t, file, Number(new URL(server.url).port));

    runs.begin();
    await untilStored(address, name, RATE);
    await broker.kill();
    for (const isKilled of [true, true, false]) {
      const from = runs.said.length;
      await untilGrown(join(folder, 'spool'), SPOOLED * BYTES, () => runs.hasEnded);
      assert.ok(!runs.hasEnded, runs.said);
      assert.doesNotMatch(runs.said.slice(from), /"event":"paused"/);
      if (!isKilled) break;
      await runs.kill();
      runs.begin();
    }
    await broker.start();
    await untilStored(address, name, 3 * SPOOLED, () => runs.hasEnded);
    const last = await runs.end();
    assert.equal(last.status, 0, last.stderr);

    const next = await checkExactlyOnce(address, topic, ['not_running']);
    assert.equal(next, await nextOf(address, name, true));
    const values = (await readCommitted(address, topic)).map(
      ({ value }) => JSON.parse(String(value)) as { readonly n?: number; readonly gap?: object },
    );
    // What each run has received is there, with a gap for each kill in between.
    const stretches = [0];
    for (const { gap } of values) {
      if (gap === undefined) stretches[stretches.length - 1]! += 1;
      else stretches.push(0);
    }
    assert.equal(stretches.length, 3);
    // The spool has heads of pages in it, too: how many depends on how fast this machine is.
    for (const records of stretches)
      assert.ok(records > 0.8 * SPOOLED, `${records} of ${SPOOLED} that were in the spool`);
    await assertOthersSee(address, topic);
    t.diagnostic(`${values.length} records and gaps, of ${server.sent()} that were sent; ${runs.seen}`);
  });
});

/** Runs of the command, one after another, and what is seen of them. */
class Runs {
  readonly #t: TestContext;
  readonly #file: string;
  readonly #port: number;
  #run: Running | undefined;
  #rss = 0;
  #unread = 0;

  /** @param port of their server */
  constructor(t: TestContext, file: string, port: number) {
    this.#t = t;
    this.#file = file;
    this.#port = port;
    const timer = setInterval(() => this.#look(), 50);
    t.after(() => clearInterval(timer));
  }

  begin(): void {
    this.#run = spillway(this.#t, ['run', this.#file, '--json', '--verbose']);
  }

  get hasEnded(): boolean {
    return this.#run!.child.exitCode !== null;
  }

  get said(): string {
    return this.#run!.err.text;
  }

  /** The most memory that any of them had, and the most that their server could not send at once. */
  get seen(): string {
    return `at most ${Math.round(this.#rss / 2 ** 20)} MiB in memory, and ${Math.round(this.#unread / 2 ** 10)} KiB unread at the server`;
  }

  async kill(): Promise<void> {
    this.#run!.child.kill('SIGKILL');
    await this.#run!.exit;
  }

  async end(): Promise<{ readonly status: number | null; readonly stderr: string }> {
    this.#run!.child.kill('SIGTERM');
    return await this.#run!.exit;
  }

  #look(): void {
    const { pid } = this.#run?.child ?? {};
    this.#rss = Math.max(this.#rss, (pid === undefined ? undefined : peakRssOf(pid)) ?? 0);
    this.#unread = Math.max(this.#unread, unreadFrom(this.#port) ?? 0);
  }
}

function spooled(folder: string): object {
  return { state: join(folder, 'state'), spool: join(folder, 'spool') };
}

/** Waits until so many bytes more are in a spool, or its run has ended. The server, which is in this process, has the time in between. */
async function untilGrown(spool: string, bytes: number, hasEnded: () => boolean): Promise<void> {
  const giveUp = deadline(() => `${bytes} bytes more in the spool`, SECONDS * 10_000);
  for (const before = bytesIn(spool); bytesIn(spool) - before <= bytes && !hasEnded(); ) {
    giveUp();
    await delay(POLL_MS);
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.spool'))
    .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

const POLL_MS = 20;
