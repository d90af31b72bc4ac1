import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { pipelineFile, spillway } from '../cli/cli.js';
import { readText, temporaryFolder } from '../sink/files.js';
import { feed } from '../support/feed.js';
import { noSmallDisk, smallDisk } from '../support/small-disk.js';
import { type Capture, PROGRAMS, type StartCapture } from './support/captures.js';
import { randomNumbers, seedOf } from './support/seed.js';

/** What a run that ended at some moment must look like. */
interface Expected {
  /** What the server does after the frames before that moment were received by the process. */
  readonly make: (client: FeedClient, capture: Capture, next: number) => Promise<unknown>;
  readonly status: number;
  readonly error: string | null;
  /** Whether exactly the frames before that moment are received. */
  readonly isExact: boolean;
}

const ENDINGS: { readonly [name: string]: Expected } = {
  SIGINT: { make: signals('SIGINT'), status: 0, error: null, isExact: false },
  SIGTERM: { make: signals('SIGTERM'), status: 0, error: null, isExact: false },
  'an abort': { make: signals('SIGUSR2'), status: 1, error: 'ABORT_ERR', isExact: false },
  'a clean close': { make: (client) => client.close(1000), status: 0, error: null, isExact: true },
  'a drop': { make: (client) => client.drop(), status: 1, error: 'ERR_DISCONNECTED', isExact: true },
  'a reset': { make: (client) => client.reset(), status: 1, error: 'ERR_DISCONNECTED', isExact: true },
  'a frame that cannot be parsed': {
    make: async (client, _capture, next) => {
      await client.send(`{"n":${next},`);
      await client.sendMany(numbered(next + 1));
    },
    status: 1,
    error: 'ERR_PARSE',
    isExact: true,
  },
};

for (const [program, startCapture] of Object.entries(PROGRAMS)) {
  for (const [name, expected] of Object.entries(ENDINGS)) {
    // The command has no AbortSignal.
    if (name === 'an abort' && program === 'spillway run') continue;
    test(`${name} at any moment leaves a file with every record received before, each line whole (${program})`, async (t) => {
      const below = randomNumbers(seedOf(t));
      const moments = [below(20), below(2_000), below(60_000)];
      await Promise.all(moments.map((moment) => endsAt(t, startCapture, expected, moment, below)));
    });
  }

  test(`a disk that runs full leaves a file with the records that fitted, each line whole (${program})`, {
    skip: noSmallDisk(),
  }, async (t) => {
    const below = randomNumbers(seedOf(t));
    const runs = Array.from({ length: 3 }, async () => {
      const path = join(smallDisk(t, 200 + below(1_800)), 'folder', 'out.jsonl');
      const server = await feed(t, async (client) => {
        await client.sendMany(numbered(0));
      });
      const config = { url: server.url, unbounded: true, batch_size: 1 + below(3_000) };
      const { status, received, written, error } = await (await startCapture(t, config, path, below)).end;
      t.diagnostic(`${written} of ${received} records fitted`);
      assert.deepEqual([status, error], [1, 'ERR_SINK']);
      assert.ok(written > 0 && written < received);
      assertNumbered(readText(path), written);
    });
    await Promise.all(runs);
  });

  test(`a device that is always full is an error without a record (${program})`, {
    skip: !existsSync('/dev/full') && 'there is no /dev/full',
  }, async (t) => {
    const server = await feed(t, async (client) => {
      await client.sendMany(numbered(0));
    });
    const { end } = await startCapture(
      t,
      { url: server.url, unbounded: true, batch_size: 10 },
      '/dev/full',
      randomNumbers(seedOf(t)),
    );
    const { status, written, error } = await end;
    assert.deepEqual([status, written, error], [1, 0, 'ERR_SINK']);
  });
}

test('a second SIGINT ends `spillway run` with status 130, though its file takes nothing more', {
  skip: process.platform === 'win32' && 'Windows has no named pipes in its file system',
}, async (t) => {
  const path = join(temporaryFolder(t), 'pipe.jsonl');
  execFileSync('mkfifo', [path]);
  const server = await feed(t, async (client) => {
    await client.sendMany(numbered(0));
  });
  const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'jsonl', config: { path } });
  // Open for reading, which lets the writer in, and never read.
  const reader = openSync(path, 'r+');
  t.after(() => closeSync(reader));
  const running = spillway(t, ['run', file, '--verbose']);
  await running.err.until(/Paused: the sink is slow/);
  running.child.kill('SIGINT');
  await running.err.until(/Stopping at SIGINT/);
  running.child.kill('SIGINT');
  const { status, signal } = await running.exit;
  // A shell says 130 for a process that SIGINT itself has ended, too.
  assert.equal(status ?? signal, signal === 'SIGINT' ? 'SIGINT' : 130);
});

/** Has a capture end after `moment` frames were received by it, and looks at what it left. */
async function endsAt(
  t: TestContext,
  startCapture: StartCapture,
  expected: Expected,
  moment: number,
  below: (limit: number) => number,
): Promise<void> {
  let isStarted: (capture: Capture) => void = () => {};
  const started = new Promise<Capture>((resolve) => {
    isStarted = resolve;
  });
  const server = await feed(t, async (client) => {
    const capture = await started;
    await client.sendMany(numbered(0, moment));
    await client.ping();
    const received = client.nextPong();
    if (expected.isExact) {
      await received;
      await expected.make(client, capture, moment);
    } else {
      await Promise.all([
        client.sendMany(numbered(moment)),
        received.then(() => expected.make(client, capture, moment)),
      ]);
    }
  });
  const path = join(temporaryFolder(t), below(4) === 0 ? 'out.jsonl.gz' : 'out.jsonl');
  const config = { url: server.url, unbounded: true, batch_size: [0, 7, 100, 1_000][below(4)]! };
  const capture = await startCapture(t, config, path, below);
  isStarted(capture);
  const { status, received, written, error } = await capture.end;
  t.diagnostic(`${written} records, of which ${moment} came before the end was made`);
  assert.deepEqual([status, error], [expected.status, expected.error]);
  assert.ok(expected.isExact ? received === moment : received >= moment, `${received} received`);
  assert.equal(written, received);
  assertNumbered(readText(path), received);
}

function signals(signal: NodeJS.Signals): Expected['make'] {
  return async (_client, { child }) => child.kill(signal);
}

function* numbered(from: number, to = Number.POSITIVE_INFINITY): Generator<string> {
  for (let n = from; n < to; n++) yield frameText(n);
}

function assertNumbered(text: string, records: number): void {
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'the last line is torn');
  const wrong = lines.findIndex((line, n) => line !== frameText(n));
  assert.equal(wrong, -1, `line ${wrong} is ${lines[wrong]}`);
  assert.equal(lines.length, records);
}

/** Of many lengths, so that no page, chunk or block ends with a line by chance. */
function frameText(n: number): string {
  return `{"n":${n},"pad":"${'x'.repeat((n * 31) % 97)}"}`;
}
