import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { feed, sends } from '../support/feed.js';
import { jsonLines, pipelineFile } from './cli.js';
import { warmSpillway } from './warm.js';

const WELCOME = { expect: { path: 'event', equals: 'welcome' } };

describe('a server that speaks first', { concurrency: 2 }, () => {
  it('is waited for by capture --subscribe with expect alone, before the login is sent', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"event":"welcome"}');
      await client.expectMessages(['login']);
      await client.send('{"n":1}');
      await client.close(1000);
    });
    const steps = [WELCOME, { send: 'login' }].flatMap((step) => ['--subscribe', JSON.stringify(step)]);
    const { status, stdout } = await warmSpillway(t, ['capture', server.url, ...steps]);
    assert.deepEqual([status, stdout], [0, '{"n":1}\n']);
  });

  it('and does not, ends a run with status 1, and the error says that it sent nothing', async (t) => {
    const server = await feed(t, () => {});
    const { file } = await pipelineFile(t, {
      url: server.url,
      unbounded: true,
      subscribe: [{ ...WELCOME, timeout: '50ms' }],
    });
    const { status, stderr } = await warmSpillway(t, ['run', file, '--json']);
    const [error] = jsonLines(stderr).filter(({ type }) => type === 'error');
    assert.equal(error?.['code'], 'ERR_SUBSCRIBE');
    assert.match(
      String(error?.['message']),
      /^Step 1 of `subscribe` waits for a frame .* within 50 ms: it sent nothing\./,
    );
    assert.equal(status, 1);
  });

  it('is told by doctor as met', async (t) => {
    const server = await feed(t, sends('{"event":"welcome"}', '{"n":1}'));
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, subscribe: [WELCOME] });
    const { status, stdout } = await warmSpillway(t, ['doctor', file, '--json']);
    const look = jsonLines(stdout).find(({ name }) => name === 'subscribe');
    assert.equal(look?.['detail'], "nothing to send, 1 frame of the server's own met");
    assert.equal(status, 0);
  });
});
