import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { KafkaOptions } from '../../lib/sink/kafka/index.js';
import { feed } from '../support/feed.js';
import { program } from '../support/program.js';
import type { TestClient } from './clients.js';
import type { End, Sight, Task } from './processes/carry.js';

/** A feed without end that a process of its own carries into Kafka. */
export interface Carrier {
  /** The next sight of which `holds` says so. */
  until(what: string, holds: (sight: Sight) => boolean): Promise<Sight>;
  /** Closes the feed, lets the run end by itself, and tells how it did and what was sent. */
  end(): Promise<End>;
  /** How the run ended, by itself. */
  readonly ended: Promise<End>;
  /** How many records the feed has handed to its socket so far. */
  readonly sent: number;
  /** The most memory that the process had. */
  readonly peakRss: number;
  /** The most that was alive in it after a collection; with `--expose-gc` among the flags. */
  readonly peakLive: number;
}

interface CarryOptions {
  /** For its Node. */
  readonly flags?: readonly string[];
  /** The folder of a spool. @default none */
  readonly spool?: string;
  /** How many records the feed sends a second. @default as many as are taken */
  readonly rate?: number;
}

/** The record that the feed sends as its `n`th. */
export function recordAt(n: number): string {
  return `{"n":${n},"key":"${n % 10}","pad":"${PAD}"}`;
}

/** Starts it; it does not outlive the test. */
export async function carry(
  t: TestContext,
  client: TestClient,
  options: KafkaOptions,
  { flags = [], spool, rate }: CarryOptions = {},
): Promise<Carrier> {
  const stop = new AbortController();
  let sent = 0;
  function* records(): Generator<string> {
    for (;;) yield recordAt(sent++);
  }
  const server = await feed(t, async (connection) => {
    await connection.sendMany(records(), { signal: stop.signal, ...(rate !== undefined && { rate }) });
    await connection.close(1000);
  });
  const task: Task = { url: server.url, client: client.name, options, spool };
  const script = join(import.meta.dirname, 'processes/carry.ts');
  const child = spawn(process.execPath, [...flags, ...program(script), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  let peakRss = 0;
  let peakLive = 0;
  let latest: Sight | undefined;
  let over: End | undefined;
  const watchers = new Set<() => void>();
  const ended = new Promise<End>((resolve, reject) => {
    createInterface(child.stdout)
      .on('line', (line) => {
        const said = JSON.parse(line) as Sight | { readonly end: End };
        if ('end' in said) over = said.end;
        else {
          latest = said;
          peakRss = Math.max(peakRss, said.rss);
          peakLive = Math.max(peakLive, said.live);
        }
        for (const watcher of [...watchers]) watcher();
      })
      .on('close', () => {
        if (over === undefined) reject(new Error('The process ended without a report.'));
        else resolve(over);
        for (const watcher of [...watchers]) watcher();
      });
  });
  ended.catch(() => {});
  return {
    ended,
    get sent() {
      return sent;
    },
    get peakRss() {
      return peakRss;
    },
    get peakLive() {
      return peakLive;
    },
    async until(what, holds) {
      while (latest === undefined || !holds(latest)) {
        if (over !== undefined) assert.fail(`The run ended before ${what}: ${JSON.stringify(over)}`);
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            watchers.delete(wake);
            resolve();
          };
          watchers.add(wake);
        });
      }
      return latest;
    },
    async end() {
      stop.abort();
      return await ended;
    },
  };
}

const PAD = 'x'.repeat(80);
