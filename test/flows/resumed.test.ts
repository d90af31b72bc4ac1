import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, temporaryFolder } from '../cli/cli.js';
import { feed } from '../support/feed.js';
import { until } from '../support/until.js';
import { killed } from './support/killed.js';
import { newestIn } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

/** Far beyond what a number holds exactly. */
const FIRST = 18_446_744_073_709_000_000n;

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
  const server = await feed(t, async (client) => {
    const after = new URL(client.request.url, 'ws://server').searchParams.get('after');
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
  return { url: server.url, sent: () => sent };
}
