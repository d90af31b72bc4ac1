import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { feed, sendsThenWaits } from '../support/feed.js';
import { jsonLines, pipelineFile } from './cli.js';
import { warmSpillway } from './warm.js';

describe('the limits of a run', { concurrency: 2 }, () => {
  it('end it by --duration, also where nothing can be connected to, and the summary says so', async (t) => {
    const args = ['capture', 'ws://127.0.0.1:1', '--reconnect', '--duration', '100ms'];
    const { status, stderr } = await warmSpillway(t, args);
    assert.match(stderr, /Ended: +it has lasted as long as `max_duration` asks for\./);
    assert.equal(status, 0);
  });

  for (const [limit, ended, text] of [
    [{ max_bytes: 10 }, 'max_bytes', /the records have come to as many bytes as `max_bytes` asks for/],
    [{ stop_when: { path: 'n', equals: 2 } }, 'stop_when', /the record came that `stop_when` describes/],
  ] as const) {
    it(`end it by ${ended}, with exactly the records up to it, as text and as JSON`, async (t) => {
      const server = await feed(t, sendsThenWaits('{"n":1}', '{"n":2}', '{"n":3}'));
      const { file, output } = await pipelineFile(t, { url: server.url, ...limit });
      const told = await warmSpillway(t, ['run', file]);
      assert.match(told.stderr, text);
      assert.equal(await readFile(output, 'utf8'), '{"n":1}\n{"n":2}\n');
      const { status, stderr } = await warmSpillway(t, ['run', file, '--json']);
      const summary = jsonLines(stderr).find(({ type }) => type === 'summary');
      assert.deepEqual([summary?.['ended'], summary?.['records'], status], [ended, 2, 0]);
    });
  }

  it('take their place among the flags, and stand in the file that is printed without unbounded', async (t) => {
    const args = ['--duration', '10m', '--max-bytes', '5', '--stop-when', '{"path":"end"}', '--print-config'];
    const { stdout } = await warmSpillway(t, ['capture', 'ws://a', ...args]);
    assert.match(stdout, /max_duration: 10m\n +max_bytes: 5|max_bytes: 5\n/);
    assert.match(stdout, /max_duration: 10m/);
    assert.doesNotMatch(stdout, /unbounded/);
    const twice = await warmSpillway(t, ['capture', 'ws://a', '--duration', '1s', '--max-duration', '1s']);
    assert.match(twice.stderr, /--duration: It is another name of --max-duration: give one of them\./);
    assert.equal(twice.status, 2);
  });
});
