import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { areFeeds, feedNames } from '../../../lib/cli/capture/many-of.js';
import { feed } from '../../support/feed.js';
import { temporaryFolder } from '../cli.js';
import { warmSpillway } from '../warm.js';

for (const [addresses, names] of [
  [
    ['wss://x/ws/btc@trade', 'wss://x/ws/eth@trade?token=1'],
    ['btc@trade', 'eth@trade'],
  ],
  [
    ['wss://a/feed', 'wss://b/feed'],
    ['a-feed', 'b-feed'],
  ],
  [
    ['wss://x/a/feed', 'wss://x/b/feed'],
    ['a-feed', 'b-feed'],
  ],
  [
    ['wss://a:1', 'wss://b'],
    ['a:1', 'b'],
  ],
  [
    ['wss://x/feed?a', 'wss://x/feed?b'],
    ['x-feed-1', 'x-feed-2'],
  ],
  [
    ['nothing', 'wss://x/feed'],
    ['feed-1', 'feed'],
  ],
] as const) {
  test(`feeds at ${addresses.join(' and ')} are called ${names.join(' and ')}`, () => {
    assert.deepEqual(feedNames(addresses), names);
  });
}

test('several addresses are feeds where the file has the name of one in it, and else of the same content', () => {
  assert.equal(areFeeds(['ws://a', 'ws://b'], 'out/{feed}.jsonl'), true);
  assert.equal(areFeeds(['ws://a', 'ws://b'], 'out.jsonl'), false);
  assert.equal(areFeeds(['ws://a', 'ws://b'], undefined), false);
  assert.equal(areFeeds(['ws://a'], 'out/{feed}.jsonl'), false);
});

test('capture runs several feeds beside each other, each into its file', async (t) => {
  const folder = await temporaryFolder(t);
  const server = await feed(t, async (client) => {
    await client.send(JSON.stringify(client.request.url));
    await client.close(1000);
  });
  const urls = ['btc', 'eth'].map((name) => `${server.url}/${name}`);
  const words = [...urls, '-o', join(folder, '{feed}.jsonl'), '--state', join(folder, 'state-{feed}')];
  const { status, stderr } = await warmSpillway(t, ['capture', ...words]);
  assert.match(stderr, /^2 feeds: none has failed; 2 records safely written in /m);
  assert.equal(status, 0);
  for (const name of ['btc', 'eth'])
    assert.equal(await readFile(join(folder, `${name}.jsonl`), 'utf8'), `"/${name}"\n`);
});

for (const [what, words, message] of [
  [
    'a state for all',
    ['-o', '{feed}.jsonl', '--state', 's'],
    /--state: Each feed has one of its own: write `\{feed\}` in it/,
  ],
  ['a folder of finished files for all', ['-o', 'out/{feed}-%Y.jsonl'], /--output: Each feed has one of its own/],
  ['a file to print', ['-o', '{feed}.jsonl', '--print-config'], /--print-config: It prints the file of one feed/],
] as const) {
  test(`capture of several feeds does not take ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    const { status, stderr } = await warmSpillway(
      t,
      ['capture', 'ws://127.0.0.1:1/a', 'ws://127.0.0.1:1/b', ...words],
      {
        cwd: folder,
      },
    );
    assert.match(stderr, message);
    assert.equal(status, 2);
  });
}
