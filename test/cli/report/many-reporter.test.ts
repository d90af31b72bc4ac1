import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ManyReporter } from '../../../lib/cli/report/many/many-reporter.js';
import { Output, type OutputStream } from '../../../lib/cli/terminal/output.js';
import { StateError } from '../../../lib/errors.js';

/** An output, and what it has said since it was asked last. */
function output(facts: Partial<OutputStream> = {}): { output: Output; said: () => string } {
  const stream = Object.assign(new PassThrough(), facts);
  return { output: new Output(stream), said: () => String(stream.read() ?? '') };
}

const ROWS = Array.from({ length: 30 }, (_, n) => `row ${n}`);

test('the table of all feeds is some lines in a log, the first ones, which are the worst', () => {
  const { output: to, said } = output();
  const reporter = new ManyReporter(to, {});
  assert.equal(reporter.tableEveryMs, 10_000);
  reporter.table('30 feeds', ROWS);
  assert.equal(said(), `Progress: 30 feeds\n${ROWS.slice(0, 21).join('\n')}\n… 9 more\n`);
});

test('on a terminal it is redrawn in its place, as high as there is room, and gives way to what is said', () => {
  const { output: to, said } = output({ isTTY: true, rows: 5, columns: 40 });
  const reporter = new ManyReporter(to, {});
  assert.equal(reporter.tableEveryMs, 1_000);
  reporter.table('30 feeds', ROWS);
  assert.equal(said(), '30 feeds\nrow 0\nrow 1\n… 28 more');
  reporter.table('2 feeds', ['a', 'b']);
  assert.equal(said(), '\x1b[3A\r\x1b[J2 feeds\na\nb');
  reporter.of('btc').notice({ facts: {}, message: 'Something.' });
  assert.equal(said(), '\x1b[2A\r\x1b[Jbtc: Something.\n');
});

test('nobody sees a table who asked for quiet or JSON', () => {
  for (const options of [{ quiet: true }, { json: true }, { log: 'json' as const }])
    assert.equal(new ManyReporter(output().output, options).tableEveryMs, undefined);
});

test('events of all feeds share one budget of lines', () => {
  const { output: to, said } = output();
  const reporter = new ManyReporter(to, { json: true });
  for (let n = 0; n < 60; n++) reporter.of(`feed ${n}`).event('connecting', { url: 'ws://x', attempt: 1 });
  const lines = said().trim().split('\n');
  assert.equal(lines.length, 50);
  assert.match(lines[7]!, /^\{"type":"event","at":\d+,"feed":"feed 7","event":"connecting"/);
});

test('the end has the cause of each feed that failed, of many the first', () => {
  const { output: to, said } = output();
  const failed = Array.from({ length: 52 }, (_, n) => ({
    feed: `f${n}`,
    error: n === 0 ? new Error('once\ntwice') : new StateError('It went.', { path: 'x' }),
  }));
  new ManyReporter(to, {}).over({ feeds: 60, failed, records: 1, restarts: 2, elapsedMs: 1_000 });
  const lines = said().trim().split('\n');
  assert.equal(lines[0], '60 feeds: 52 failed; 1 record safely written in 1.0 s, 2 starts anew.');
  assert.equal(lines[1], 'spillway: f0 has failed: once');
  assert.equal(lines[2], 'spillway: f1 has failed: ERR_STATE: It went.');
  assert.deepEqual([lines.length, lines.at(-1)], [52, '… and 2 more']);
});
