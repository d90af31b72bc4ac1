import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { onStopSignals } from '../../../lib/cli/process/signals.js';
import { createFeedServer } from '../../../lib/testing/index.js';
import { jsonLines, pipelineFile, spillway } from '../cli.js';

describe('spillway run at a signal', { concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops at the first ${signal}, writes what was received, and exits 0`, async (t) => {
      const server = await createFeedServer({ onConnection: (client) => void client.flood('{"price":1.10}') });
      t.after(() => server.close());
      const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
      const running = spillway(t, ['run', file, '--json', '--verbose']);
      await running.err.until(/"event":"subscribed"/);
      running.child.kill(signal);
      const { status, stderr } = await running.exit;
      const lines = jsonLines(stderr);
      const summary = lines.find(({ type }) => type === 'summary')!;
      assert.ok(lines.some(({ event, signal: by }) => event === 'stopping' && by === signal));
      assert.deepEqual([summary['ended'], summary['signal']], ['stopped', signal]);
      assert.equal(summary['records'], summary['frames']);
      assert.equal(await readFile(output, 'utf8'), '{"price":1.10}\n'.repeat(summary['records'] as number));
      assert.equal(status, 0);
    });
  }

  it('stops in good order while nothing comes, and says how to give up', async (t) => {
    const server = await createFeedServer({ onConnection: (client) => client.send('{"n":1}') });
    t.after(() => server.close());
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    const running = spillway(t, ['run', file, '--verbose']);
    await running.err.until(/Subscribed/);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /^Stopping at SIGTERM: writing what was received\. .*give up at once/m);
    assert.match(stderr, /Ended: +stopped by SIGTERM\./);
    assert.match(await readFile(output, 'utf8'), /^(\{"n":1\}\n)?$/);
    assert.equal(status, 0);
  });

  it('stops in the wait before another attempt to connect', async (t) => {
    const { file } = await pipelineFile(t, {
      url: 'ws://127.0.0.1:1',
      unbounded: true,
      reconnect: true,
      reconnect_backoff: '1h',
    });
    const running = spillway(t, ['run', file]);
    await running.err.until(/Not connected: .* Reconnecting in 1 h 0 min \(attempt 1\)\./);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Ended: +stopped by SIGINT\./);
    assert.equal(status, 0);
  });

  it('stops in a handshake that takes its time', async (t) => {
    const server = await createFeedServer({ handshakeDelay: () => new Promise(() => {}) });
    t.after(() => server.close());
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, handshake_timeout: '1h' });
    const running = spillway(t, ['run', file]);
    await server.nextRequest();
    running.child.kill('SIGINT');
    const { status } = await running.exit;
    assert.equal(status, 0);
  });

  for (const second of ['SIGINT', 'SIGTERM'] as const) {
    it(`gives up at a second signal, ${second}, and exits 130 although nobody reads its records`, async (t) => {
      const server = await createFeedServer({ onConnection: (client) => void client.flood('{"price":1.10}') });
      t.after(() => server.close());
      const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'stdout' });
      const running = spillway(t, ['run', file, '--verbose'], { isStdoutUnread: true });
      // The pipe is full: what was received cannot be written.
      await running.err.until(/Paused: the sink is slow/);
      running.child.kill('SIGINT');
      await running.err.until(/Stopping at SIGINT/);
      running.child.kill(second);
      const { status, signal } = await running.exit;
      await running.err.until(/Given up at the second signal/);
      assert.deepEqual([status, signal], [130, null]);
    });
  }
});

describe('onStopSignals', () => {
  const listen = (echo?: boolean) => {
    const seen: string[] = [];
    const clock = { now: 1_000 };
    const emitter = new EventEmitter();
    const stop = onStopSignals(
      { first: (signal) => void seen.push(signal), again: () => void seen.push('again') },
      { emitter, ...(echo === undefined ? {} : { echo }), monotonic: () => clock.now },
    );
    const send = (signal: string) => emitter.emit(signal, signal);
    return { seen, clock, stop, send };
  };

  it('takes a SIGINT that follows at once for the echo of the first, where npm sends one', () => {
    const { seen, send } = listen(true);
    send('SIGINT');
    send('SIGINT');
    assert.deepEqual(seen, ['SIGINT']);
    send('SIGINT');
    assert.deepEqual(seen, ['SIGINT', 'again']);
  });

  it('takes a SIGINT that follows later for a second one, where npm sends an echo, too', () => {
    const { seen, clock, send } = listen(true);
    send('SIGINT');
    clock.now += 500;
    send('SIGINT');
    assert.deepEqual(seen, ['SIGINT', 'again']);
  });

  it('takes every further signal for a second one elsewhere', () => {
    const { seen, send } = listen(false);
    send('SIGTERM');
    send('SIGINT');
    assert.deepEqual(seen, ['SIGTERM', 'again']);
  });

  for (const [what, script, isTTY, echoes] of [
    ['under npm on a terminal', 'start', { stdin: true, stderr: true }, true],
    ['under npm that reads a file', 'start', { stdin: false, stderr: true }, true],
    ['under npm whose errors go elsewhere', 'start', { stdin: true, stderr: false }, true],
    ['under npm without a terminal', 'start', { stdin: false, stderr: false }, false],
    ['without npm', undefined, { stdin: true, stderr: true }, false],
  ] as const) {
    it(`expects ${echoes ? 'an' : 'no'} echo ${what}`, (t) => {
      const before = process.env['npm_lifecycle_event'];
      t.after(() => setScript(before));
      setScript(script);
      for (const name of ['stdin', 'stderr'] as const) {
        const descriptor = Object.getOwnPropertyDescriptor(process[name], 'isTTY');
        t.after(() => Object.defineProperty(process[name], 'isTTY', descriptor ?? { value: undefined }));
        Object.defineProperty(process[name], 'isTTY', { value: isTTY[name], configurable: true });
      }
      const { seen, send } = listen();
      send('SIGINT');
      send('SIGINT');
      assert.deepEqual(seen, echoes ? ['SIGINT'] : ['SIGINT', 'again']);
    });
  }

  it('hears nothing more once its listeners are taken away', () => {
    const { seen, stop, send } = listen(false);
    stop();
    send('SIGINT');
    assert.deepEqual(seen, []);
  });
});

function setScript(name: string | undefined): void {
  if (name === undefined) delete process.env['npm_lifecycle_event'];
  else process.env['npm_lifecycle_event'] = name;
}
