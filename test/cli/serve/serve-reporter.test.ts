import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportOptions } from '../../../lib/cli/report/reporter.js';
import { ServeReporter } from '../../../lib/cli/serve/serve-reporter.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { jsonLines } from '../cli.js';
import { FakeTerminal } from '../fake-terminal.js';

test('how many lines were left out is told before the next one, and nothing where none was', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const text = serving({});
  const json = serving({ json: true });
  for (const { reporter } of [text, json]) for (let client = 1; client <= 60; client++) reporter.connected(client);
  now = 10_000;
  for (const { reporter } of [text, json]) reporter.connected(61);
  const lines = text.terminal.text.trimEnd().split('\n');
  assert.deepEqual(lines.slice(49), ['Client 50 connected.', '(10 such lines were left out)', 'Client 61 connected.']);
  assert.deepEqual(
    jsonLines(json.terminal.text)
      .slice(49)
      .map(({ at: _, ...facts }) => facts),
    [
      { type: 'event', event: 'connected', client: 50 },
      { type: 'event', event: 'connected', client: 61, left_out: 10 },
    ],
  );
});

test('a client is told by how many messages it got, and how it ended', () => {
  const text = serving({});
  const json = serving({ json: true });
  for (const { reporter } of [text, json]) {
    reporter.serving('feed.jsonl');
    reporter.ended(1, 1, { code: 1000, reason: '' }, false);
    reporter.ended(2, 2_000, { code: 1006, reason: '' }, true);
    reporter.stopping('SIGINT');
  }
  assert.equal(
    text.terminal.text,
    'Serving feed.jsonl to whoever connects. Ctrl-C ends it.\nClient 1: 1 message sent, ended with code 1000.\n' +
      'Client 2: 2,000 messages sent, dropped.\nStopping at SIGINT: closing every connection.\n',
  );
  assert.deepEqual(
    jsonLines(json.terminal.text).map(({ at: _, type: __, ...facts }) => facts),
    [
      { event: 'ended', client: 1, frames: 1, code: 1000, dropped: false },
      { event: 'ended', client: 2, frames: 2_000, code: 1006, dropped: true },
      { event: 'stopping', signal: 'SIGINT' },
    ],
  );
});

test('what fails is told of the client, also by a quiet one, which tells nothing else', () => {
  for (const json of [false, true]) {
    const { terminal, reporter } = serving({ json, quiet: true });
    reporter.serving('feed.jsonl');
    reporter.connected(3);
    reporter.failed(3, new Error('why'));
    reporter.stopping('SIGINT');
    if (!json) assert.equal(terminal.text, 'spillway: client 3 could not be served: why\n');
    else {
      const [{ at, ...line }] = jsonLines(terminal.text) as [Record<string, unknown>];
      assert.ok(Math.abs(Number(at) - Date.now()) < 60_000);
      const { error, ...facts } = line;
      assert.deepEqual(facts, { type: 'event', event: 'failed', client: 3 });
      assert.equal((error as { message: string }).message, 'why');
    }
  }
});

function serving(options: ReportOptions) {
  const terminal = new FakeTerminal(200);
  terminal.isTTY = false;
  return { terminal, reporter: new ServeReporter(new Output(terminal), options) };
}
