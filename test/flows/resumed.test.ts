import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, start, temporaryFolder } from '../cli/cli.js';
import { feed } from '../support/feed.js';
import { program } from '../support/program.js';
import { until } from '../support/until.js';
import { killed } from './support/killed.js';
import { newestIn } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

/** Far beyond what a number holds exactly. */
const FIRST = 18_446_744_073_709_000_000n;
const HELD_SINK = program(join(import.meta.dirname, 'processes/held-sink.ts'));

describe('a run that resumes, and is killed at any moment, again and again,', { concurrency: 2 }, () => {
  for (const [name, dropAfter, spool] of [
    ['a file', undefined, false],
    ['a file, of a server that drops connections', 700, false],
    ['a file behind a spool', undefined, true],
  ] as const) {
    it(`stores each record of the server once, in order: ${name}`, async (t) => {
      const random = randomNumbers(seedOf(t));
      const folder = await temporaryFolder(t);
      const output = join(folder, 'out.jsonl');
      const state = join(folder, 'state');
      const server = await resuming(t, dropAfter);
      const config = {
        ...{ url: server.url, unbounded: true, reconnect: true, reconnect_backoff: 0.001 },
        ...{ batch_size: 20, linger: '2ms', sequence: { path: 'n' } },
        resume: { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } } },
      };
      const pipeline = {
        ...{ state, ...(spool && { spool: join(folder, 'spool') }) },
        source: { type: 'websocket', config },
        sink: { type: 'jsonl', config: { path: output } },
      };
      const file = join(folder, 'feed.json');
      writeFileSync(file, JSON.stringify({ version: 1, pipeline }));
      const begin = () => spillway(t, ['run', file, '--quiet']);
      const stored = await killed({ random, state, most: 4_000, begin });
      const before = checkWhole(output);
      assert.ok(before >= stored, `${before} records, and ${stored} were stored`);
      // The last one ends as it should.
      const last = begin();
      const from = server.sent();
      await until(() => server.sent() >= from + 500);
      last.child.kill('SIGTERM');
      const { status, stderr } = await last.exit;
      assert.equal(status, 0, stderr);
      const records = checkWhole(output);
      assert.equal(records, newestIn(state));
    });
  }
});

describe('a run whose sink is held back while records come, and that is killed then,', { concurrency: 2 }, () => {
  for (const arrangement of ['fused', 'stages']) {
    it(`has the next one ask for what follows the last record that is stored: ${arrangement}`, async (t) => {
      const folder = await temporaryFolder(t);
      const server = await resuming(t, undefined);
      const run = () => start(t, process.execPath, [...HELD_SINK, server.url, folder, arrangement]);
      let stored = 0;
      for (const asked of [null, String(FIRST + 99n)]) {
        const running = run();
        await running.out.until(/\n/);
        await until(() => newestIn(join(folder, 'state')) === stored + 100);
        const received = Number(running.out.text);
        assert.ok(received > 200, `${received} frames were received, and 100 are stored`);
        running.child.kill('SIGKILL');
        assert.equal((await running.exit).signal, 'SIGKILL');
        stored += 100;
        assert.equal(server.asked.at(-1), asked);
        assert.equal(checkWhole(join(folder, 'out.jsonl')), stored);
      }
    });
  }
});

/** Every record of the server is there, once, in order, and no gap has lost anything. Returns how many there are. */
function checkWhole(path: string): number {
  let next = FIRST;
  // Each kill may come before the first record is stored.
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // What is torn at the end the next run takes away.
  for (const line of text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)) {
    const [, n] = /^\{"n":(\d+)\}$/.exec(line) ?? [];
    if (n === undefined) {
      const { gap } = jsonLines(line)[0] as { gap: { cause: string; replayed?: boolean; duration_ms: number } };
      assert.ok(gap.replayed === true && gap.duration_ms === 0, line);
    } else assert.equal(BigInt(n), next++);
  }
  return Number(next - FIRST);
}

/** A server that sends on from what is asked for, and from the first on to others. */
async function resuming(t: TestContext, dropAfter: number | undefined) {
  let sent = 0;
  const asked: (string | null)[] = [];
  const server = await feed(t, async (client) => {
    const after = new URL(client.request.url, 'ws://server').searchParams.get('after');
    asked.push(after);
    function* frames(): Generator<string> {
      let left = dropAfter ?? Number.POSITIVE_INFINITY;
      for (let n = after === null ? FIRST : BigInt(after) + 1n; left-- > 0; n++) {
        sent += 1;
        yield `{"n":${n}}`;
      }
    }
    await client.sendMany(frames());
    await client.drop();
  });
  return { url: server.url, sent: () => sent, asked };
}
